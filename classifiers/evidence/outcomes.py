"""What a text says came of a matter: outcomes that have an opposite, what it denies, and what did not happen."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import takewhile
from typing import Final, NamedTuple

from classifiers.evidence.words import Tokens, Words, filler, lists

_TOLD: Final = 0  # the pair of what affirms and of what denies that something told is so
_PAIR: Final = 2
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

    def told_in(self, said: Mapping[str, set[str]]) -> str:
        """Return which of its syllables a text says, where they are enough to tell what is denied here."""
        ways = ((bare, written, {bare, written} & said.get(bare, set())) for bare, written in self.syllables.items())
        told = [bare for bare, written, alike in ways if alike or (written == bare and bare in said)]
        missed = len(self.syllables) - len(told)
        enough = len(told) >= _LEAST_TOLD and len(told) > missed
        sure = enough and (told[0] == self.head or missed <= 1 < len(told) - 1)
        return " ".join(self.syllables[syllable] for syllable in told) if sure else ""


@dataclass(slots=True)
class Outcomes:
    """The outcomes of a text.

    Args:
        sides: By number of alternatives, such as a pair of opposites, the words that speak for each of them.
        denials: What it says is not so.
        said: Its other syllables without diacritics, and how they are written.
        warns: Whether it warns of something, or tells it as a rumour.

    """

    sides: dict[int, dict[int, str]] = field(default_factory=dict)
    denials: list[Denial] = field(default_factory=list)
    said: dict[str, set[str]] = field(default_factory=dict)
    warns: bool = False

    def contradiction(self, other: "Outcomes") -> tuple[Words, Words] | None:
        """Return the words of this text and of another one that contradict each other, if any do.

        There are none of this text where the other one denies something told, whatever this one says of it.
        """
        for number, sides in self.sides.items():
            others = other.sides.get(number, {})
            if len(sides) == len(others) == 1 and sides.keys() != others.keys():
                return (*sides.values(),), (*others.values(),)
        if self.denies and (other.denies or other.denials):
            return None
        if ours := self.negated_in(other):
            return ours
        if theirs := other.negated_in(self):
            return theirs[1], theirs[0]
        denies = other.denies and 0 not in other.sides[_TOLD] and not self._both_deny(other)
        return ((), (other.sides[_TOLD][1],)) if denies else None

    def _both_deny(self, other: "Outcomes") -> bool:
        heads, others = ({denial.head for denial in text.denials} - {""} for text in (self, other))
        return (self.denies and (other.denies or bool(other.denials))) or not heads.isdisjoint(others)

    def negated_in(self, other: "Outcomes") -> tuple[Words, Words] | None:
        """Return what this text denies and another one, which does not, tells: the words of both."""
        denied = {denial.head for denial in other.denials}
        if "" in denied:
            return None  # `chưa cho`, whatever was asked for
        ours = (denial for denial in self.denials if denial.head not in denied)
        return next((((each.words,), (told,)) for each in ours if (told := each.told_in(other.said))), None)

    @property
    def denies(self) -> bool:
        """Whether it says of something told that it is not so."""
        return 1 in self.sides.get(_TOLD, {})

    def turns_any(self, other: "Outcomes") -> bool:
        """Tell whether this text may turn what another one says, so that it is no report of it."""
        turned = any(denial.head in other.said for denial in self.denials) or (self.denies and not other.denies)
        return (turned and not self._both_deny(other)) or (self.warns and not other.warns)

    def shared(self, other: "Outcomes") -> int:
        """Count the pairs of opposites of which both texts give the same side alone."""
        alike = (
            sides.keys() == other.sides.get(pair, {}).keys() for pair, sides in self.sides.items() if len(sides) == 1
        )
        return sum(alike)


class _Phrases(NamedTuple):
    """Phrases by whether they turn what follows, and by what they speak for; and all lists.

    What a phrase speaks for is the number of alternatives, its side, and the side it speaks for behind a "not", if any.
    """

    turns: Mapping[str, bool]
    sides: Mapping[str, Sequence[tuple[int, int, int | None]]]
    lists: Mapping[str, frozenset[str]]


@cache
def _words(*, plain: bool) -> _Phrases:
    found = lists(plain=plain)["outcomes"]
    sides: dict[str, list[tuple[int, int, int | None]]] = {}
    several = [[found["affirms"], found["denies"]], *([*each.values()] for each in found["pairs"])]
    for number, alternatives in enumerate(several):
        turned = len(alternatives) == _PAIR and number != _TOLD  # not yet confirmed is not denied
        for side, listed in enumerate(alternatives):
            for phrase in listed:
                if not plain or " " in phrase or phrase in found["unmarked"]:
                    sides.setdefault(phrase, []).append((number, side, 1 - side if turned else None))
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
        written = tokens.written(index if turned is None else turned, index + phrase[1])
        for number, side, opposite in words.sides[phrase[0]]:
            said = side if turned is None else opposite
            if said is not None:
                found.sides.setdefault(number, {}).setdefault(said, written)
    found.denials = list(_denials(tokens, nots, words))
    denied = {syllable for denial in found.denials for syllable in denial.syllables}
    for token in tokens:
        if token.bare not in denied:
            found.said.setdefault(token.bare, set()).add(token.text)
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
    idle, until = filler(plain=tokens.plain), words.lists["until"]
    for first, end in nots.items():
        after = end
        while skipped := tokens.longest(after, words.lists["is"]):
            after += skipped[1]
        behind = tokens[after : after + _SCOPE]
        clause = [*takewhile(lambda token: token.text.isalnum() and token.text not in until, behind)]
        syllables = {
            token.bare: token.text
            for index, token in enumerate(clause, after)
            if token.text.isalpha() and token.text not in idle and not tokens.is_name(index, index + 1)
        }
        yield Denial(syllables, tokens.written(first, after + len(clause)))
