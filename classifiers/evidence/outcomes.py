"""What a text says came of a matter: outcomes that have an opposite, what it denies, and what did not happen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final, NamedTuple

from classifiers.evidence.words import Tokens, filler, lists

_TOLD: Final = -1  # the pair of what affirms and of what denies that something told is so
_FURTHEST: Final = 3  # words between a "not" and the outcome that it turns
_SCOPE: Final = 6  # words behind a "not" of which it may speak
Pair = tuple[str, str]


@dataclass(slots=True)
class Outcomes:
    """The outcomes of a text.

    Args:
        sides: By number of a pair of opposites, the words that speak for each side: 0 and 1.
        negated: Pairs of syllables without diacritics behind a "not", with the first telling syllable behind it
            (nothing where the "not" is said of all), and the words of all.
        affirmed: Those that stand behind none.
        turned: The telling syllables next behind a "not", without diacritics.
        warns: Whether it warns of something, or tells it as a rumour.

    """

    sides: dict[int, dict[int, str]] = field(default_factory=dict)
    negated: dict[Pair, tuple[str, str]] = field(default_factory=dict)
    affirmed: set[Pair] = field(default_factory=set)
    turned: set[str] = field(default_factory=set)
    warns: bool = False

    def opposite(self, other: "Outcomes") -> tuple[str, str] | None:
        """Return the words of this text and of another one that contradict each other, if any do."""
        for pair, sides in self.sides.items():
            others = other.sides.get(pair, {})
            if len(sides) == len(others) == 1 and sides.keys() != others.keys():
                return next(iter(sides.values())), next(iter(others.values()))
        if self._both_deny(other) or not self.negated.keys().isdisjoint(other.negated):
            return None
        ours, theirs = self.negated_in(other), other.negated_in(self)
        return ours or ((theirs[1], theirs[0]) if theirs else None)

    def _both_deny(self, other: "Outcomes") -> bool:
        told = self.denies and (other.denies or bool(other.negated))
        return told or any(
            other.negated.get(pair, ("",))[0] == head for pair, (head, _) in self.negated.items() if head
        )

    @property
    def denies(self) -> bool:
        """Whether it says of something told that it is not so."""
        return 1 in self.sides.get(_TOLD, {})

    def negated_in(self, other: "Outcomes") -> tuple[str, str] | None:
        """Return what this text turns and another one does not: the words of this one and of the other one.

        What stands first behind the "not" is what it turns, so the other text must say that too, or three words on end;
        not where it is said of all, as in `không có ca nào`.
        """
        said = {syllable for pair in other.affirmed for syllable in pair}
        turned = {pair for pair in self.negated.keys() - self.affirmed - other.negated.keys() if pair in other.affirmed}
        for pair, (head, words) in self.negated.items():
            if pair in turned and (head in {"", *said} or any(pair[1] == each[0] for each in turned)):
                return words, " ".join(words.split()[-len(pair) :])
        return None

    def denied_by(self, other: "Outcomes") -> str | None:
        """Return the words by which another text denies something, where this text denies nothing."""
        ours, others = self.sides.get(_TOLD, {}), other.sides.get(_TOLD, {})
        denies = 1 in others and 0 not in others and 1 not in ours
        return others[1] if denies and not self._both_deny(other) else None

    def turns_any(self, other: "Outcomes", bare: str) -> bool:
        """Tell whether this text may turn what another one says, so that it is no report of it.

        Args:
            other: The outcomes of the other text.
            bare: Its syllables without diacritics, with a space around each.

        """
        turned = any(f" {word} " in bare for word in self.turned - other.turned if word)
        turned = turned or (self.denies and not other.denies)
        return (turned and not self._both_deny(other)) or (self.warns and not other.warns)

    def shared(self, other: "Outcomes") -> frozenset[int]:
        """Return the pairs of opposites of which both texts give the same side alone."""
        return frozenset(
            pair
            for pair, sides in self.sides.items()
            if len(sides) == 1 and sides.keys() == other.sides.get(pair, {}).keys()
        )


class _Words(NamedTuple):
    """Phrases by whether they turn what follows, phrases by the sides of pairs they speak for, and all lists."""

    turns: Mapping[str, bool]
    sides: Mapping[str, Sequence[tuple[int, int]]]
    lists: Mapping[str, frozenset[str]]


@cache
def _words(*, plain: bool) -> _Words:
    found = lists(plain=plain)["outcomes"]
    sides: dict[str, list[tuple[int, int]]] = {}
    pairs = [(_TOLD, found["affirms"], found["denies"])]
    pairs += [(number, pair["one"], pair["other"]) for number, pair in enumerate(found["pairs"])]
    for number, *both in pairs:
        for side, listed in enumerate(both):
            for phrase in listed:
                sides.setdefault(phrase, []).append((number, side))
    turns = found["not"] if plain else found["not"] | found["not_marked"]
    return _Words(dict.fromkeys(found["turns_nothing"], False) | dict.fromkeys(turns, True), sides, found)


def outcomes_of(tokens: Tokens) -> Outcomes:
    """Read the outcomes that a text gives."""
    words = _words(plain=tokens.plain)
    found = Outcomes()
    nots, idle = _nots(tokens, words)
    begin = {after: first for first, after in nots.items()}
    read = 0  # the token after what was read: `thoát chết` says nothing of a death
    for index in range(len(tokens)):
        phrase = tokens.longest(index, words.sides)
        if phrase is None or index in idle or index + phrase[1] <= read:
            continue
        if index not in nots:
            read = index + phrase[1]  # but `không khởi tố` is also `khởi tố`, turned
        place = index
        while place not in begin and index - place < _FURTHEST and tokens.word(place - 1) in words.lists["between"]:
            place -= 1
        turned = begin.get(place)
        for number, side in words.sides[phrase[0]]:
            if turned is not None and number == _TOLD:
                continue  # not yet confirmed is not denied
            written = tokens.written(index if turned is None else turned, index + phrase[1])
            found.sides.setdefault(number, {}).setdefault(side if turned is None else 1 - side, written)
    _negations(tokens, nots, words, found)
    told = words.lists["warns"] | words.lists["rumours"]
    found.warns = any(tokens.longest(index, told) for index in range(len(tokens)))
    return found


def _nots(tokens: Tokens, words: _Words) -> tuple[dict[int, int], set[int]]:
    """Return the first token of each "not" with the token after it, and the tokens of what only begins like one."""
    nots: dict[int, int] = {}
    idle: set[int] = set()
    after = 0
    for index in range(len(tokens)):
        phrase = tokens.longest(index, words.turns)
        if phrase is None or index < after:
            continue
        after = index + phrase[1]
        bounds = phrase[1] == 1 and after < len(tokens) and tokens[after].is_number  # chưa 18
        if words.turns[phrase[0]] and not bounds:
            nots[index] = after
        else:
            idle.update(range(index, after))
    return nots, idle


def _negations(tokens: Tokens, nots: Mapping[int, int], words: _Words, found: Outcomes) -> None:
    """Note which pairs of neighbouring syllables stand behind a "not" in its clause, and which do not."""
    start, until, head = 0, -1, ""
    for index in range(len(tokens) - 1):
        if index in nots:
            start, until = index, nots[index] + _SCOPE
            head = _next_telling(tokens, nots[index])
            found.turned.add(head)
            if tokens.word(nots[index]) == "có" and any(token.text == "nào" for token in tokens[start : until + 1]):
                head = ""
        one, two = tokens[index : index + 2]
        if not one.text.isalnum() or one.text in words.lists["until"]:
            until = -1
        if not (one.text.isalpha() and two.text.isalpha()) or {one.bare, two.bare} & filler():
            continue
        pair = (one.bare, two.bare)
        if index >= until:
            found.affirmed.add(pair)
        elif not tokens.is_name(index, index + 2):
            found.negated.setdefault(pair, (head, tokens.written(start, index + 2)))


def _next_telling(tokens: Tokens, index: int) -> str:
    """Return the next syllable of a clause that is more than filler; nothing where there is none."""
    for token in tokens[index : index + _SCOPE]:
        if not token.text.isalnum():
            break
        if token.text.isalpha() and token.bare not in filler():
            return token.bare
    return ""
