"""What a text says came of a matter: outcomes that have an opposite, what it denies, and what did not happen."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import takewhile
from typing import Final, NamedTuple

from classifiers.evidence.words import Tokens, Words, filler, lists

_TOLD: Final = -1  # the pair of what affirms and of what denies that something told is so
_FURTHEST: Final = 3  # words between a "not" and the outcome that it turns
_SCOPE: Final = 8  # words behind a "not" of which it may speak
_LEAST_TOLD: Final = 2  # syllables of these that another text must have to tell what is denied


class Denial(NamedTuple):
    """A "not": the telling syllables behind it in its clause by how they are without diacritics, and all its words."""

    syllables: Mapping[str, str]
    words: str

    @property
    def head(self) -> str:
        """The syllable that says what is denied; nothing where none is telling."""
        return next(iter(self.syllables), "")

    def told_in(self, said: Collection[str]) -> str:
        """Return which of its syllables a text says, where they are enough to tell what is denied here."""
        told = [syllable for syllable in self.syllables if syllable in said]
        missed = len(self.syllables) - len(told)
        enough = len(told) >= _LEAST_TOLD and len(told) > missed
        sure = enough and (told[0] == self.head or missed <= 1 < len(told) - 1)
        return " ".join(self.syllables[syllable] for syllable in told) if sure else ""


@dataclass(slots=True)
class Outcomes:
    """The outcomes of a text.

    Args:
        sides: By number of a pair of opposites, the words that speak for each side: 0 and 1.
        denials: What it says is not so.
        said: Its other telling syllables, without diacritics.
        warns: Whether it warns of something, or tells it as a rumour.

    """

    sides: dict[int, dict[int, str]] = field(default_factory=dict)
    denials: list[Denial] = field(default_factory=list)
    said: frozenset[str] = frozenset()
    warns: bool = False

    def contradiction(self, other: "Outcomes") -> tuple[Words, Words] | None:
        """Return the words of this text and of another one that contradict each other, if any do.

        There are none of this text where the other one denies something told, whatever this one says of it.
        """
        for pair, sides in self.sides.items():
            others = other.sides.get(pair, {})
            if len(sides) == len(others) == 1 and sides.keys() != others.keys():
                return (*sides.values(),), (*others.values(),)
        if self._both_deny(other):
            return None
        if ours := self.negated_in(other):
            return ours
        if theirs := other.negated_in(self):
            return theirs[1], theirs[0]
        denies = other.denies and 0 not in other.sides[_TOLD] and not self.denies
        return ((), (other.sides[_TOLD][1],)) if denies else None

    def _both_deny(self, other: "Outcomes") -> bool:
        heads, others = ({denial.head for denial in text.denials} - {""} for text in (self, other))
        return (self.denies and (other.denies or bool(other.denials))) or not heads.isdisjoint(others)

    def negated_in(self, other: "Outcomes") -> tuple[Words, Words] | None:
        """Return what this text denies and another one tells: the words of this one and of the other one."""
        return next((((each.words,), (told,)) for each in self.denials if (told := each.told_in(other.said))), None)

    @property
    def denies(self) -> bool:
        """Whether it says of something told that it is not so."""
        return 1 in self.sides.get(_TOLD, {})

    def turns_any(self, other: "Outcomes", bare: str) -> bool:
        """Tell whether this text may turn what another one says, so that it is no report of it.

        Args:
            other: The outcomes of the other text.
            bare: Its syllables without diacritics, with a space around each.

        """
        heads = {denial.head for denial in self.denials} - {""}
        turned = any(f" {head} " in bare for head in heads if not any(head in each.syllables for each in other.denials))
        turned = turned or (self.denies and not other.denies)
        return (turned and not self._both_deny(other)) or (self.warns and not other.warns)

    def shared(self, other: "Outcomes") -> int:
        """Count the pairs of opposites of which both texts give the same side alone."""
        alike = (
            sides.keys() == other.sides.get(pair, {}).keys() for pair, sides in self.sides.items() if len(sides) == 1
        )
        return sum(alike)


class _Phrases(NamedTuple):
    """Phrases by whether they turn what follows, phrases by the sides of pairs they speak for, and all lists."""

    turns: Mapping[str, bool]
    sides: Mapping[str, Sequence[tuple[int, int]]]
    lists: Mapping[str, frozenset[str]]


@cache
def _words(*, plain: bool) -> _Phrases:
    found = lists(plain=plain)["outcomes"]
    sides: dict[str, list[tuple[int, int]]] = {}
    pairs = [(_TOLD, found["affirms"], found["denies"])]
    pairs += [(number, pair["one"], pair["other"]) for number, pair in enumerate(found["pairs"])]
    for number, *both in pairs:
        for side, listed in enumerate(both):
            for phrase in listed:
                if not plain or " " in phrase or phrase in found["unmarked"]:
                    sides.setdefault(phrase, []).append((number, side))
    turns = found["not"] if plain else found["not"] | found["not_marked"]
    return _Phrases(dict.fromkeys(found["turns_nothing"], False) | dict.fromkeys(turns, True), sides, found)


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
    found.denials = list(_denials(tokens, nots, words))
    denied = {syllable for denial in found.denials for syllable in denial.syllables}
    found.said = frozenset(token.bare for token in tokens) - denied
    told = words.lists["warns"] | words.lists["rumours"]
    found.warns = any(tokens.longest(index, told) for index in range(len(tokens)))
    return found


def _nots(tokens: Tokens, words: _Phrases) -> tuple[dict[int, int], set[int]]:
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


def _denials(tokens: Tokens, nots: Mapping[int, int], words: _Phrases) -> Iterator[Denial]:
    """List what a text says is not so, each to the end of its clause; whom it names is not what it denies."""
    for first, end in nots.items():
        after = end + (tokens.word(end) in words.lists["is"])
        behind = tokens[after : after + _SCOPE]
        clause = [*takewhile(lambda token: token.text.isalnum() and token.text not in words.lists["until"], behind)]
        syllables = {
            token.bare: token.text
            for index, token in enumerate(clause, after)
            if token.text.isalpha() and token.bare not in filler() and not tokens.is_name(index, index + 1)
        }
        yield Denial(syllables, tokens.written(first, after + len(clause)))
