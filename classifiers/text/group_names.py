"""Names of peoples, faiths, regions and other groups, replaced by their kind before features are made.

Who is named must not tell a label: with the names gone, exchanging one for another of its kind changes no feature. What
is asserted of a group, and abusive names, stay. Reasons still show the name as it was written.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

from classifiers.text.aligned import Aligned
from classifiers.text.letters import strip_diacritics
from classifiers.text.normalise import normalise

GROUP_NAMES_FILE: Final = "group_names.toml"
_OTHER_WORDS: Final = "other_words"
_MARKED: Final = re.compile("[à-ỹđ]")
_LAST_WORDS: Final = re.compile(r"(?:(\w+) )?(\w+)(,? )$")
_LOOK_BACK: Final = 30  # characters in which the two words before a name are looked for
_CAPITAL_FOLLOWS: Final = re.compile(r" [A-ZÀ-Ỹ]")  # as in a person's name, `Thái Văn Nam`
# Behind these a capital is that of a person's name.
_BEFORE_PERSONS: Final = frozenset(
    ["anh", "chị", "em", "cô", "chú", "bác", "ông", "bà", "thầy", "cậu", "dì", "bé", "tên", "mợ", "thím"]
)
_SURE_HEADS: Final = frozenset({"người", "dân", "tiếng", "bên", "nước"})  # of `after`, where diacritics are missing


@dataclass(frozen=True, slots=True)
class _Kind:
    """Names of one kind: see the head of group_names.toml."""

    token: str
    names: Sequence[str]
    ambiguous: Sequence[str]
    joined: Sequence[str]
    after: frozenset[str]
    proper: bool

    def bare(self) -> "_Kind":
        """Spell the names without diacritics, which leaves fewer of them sure."""
        return _Kind(
            self.token,
            [strip_diacritics(name) for name in self.names if " " in name or name == strip_diacritics(name)],
            list(map(strip_diacritics, self.ambiguous)),
            [strip_diacritics(head) for head in self.joined],
            frozenset(strip_diacritics(head) for head in self.after & _SURE_HEADS),
            proper=False,
        )


class GroupNames:
    """Finds names of groups in normalised texts and replaces each by its kind, such as `⟨people⟩`.

    Args:
        content: The content of group_names.toml.

    """

    def __init__(self, content: Mapping[str, Any]) -> None:
        kinds = [_kind(name, table) for name, table in content.items() if name != _OTHER_WORDS]
        others = _terms(content[_OTHER_WORDS])
        self.kinds = frozenset(kind.token for kind in kinds)
        self._bare = _Finder([kind.bare() for kind in kinds], list(map(strip_diacritics, others)))
        self._marked = _Finder(kinds, others, self._bare.surely_names())

    def replace(self, aligned: Aligned, original: str) -> tuple[Aligned, dict[int, str]]:
        """Replace the names in a normalised text.

        Args:
            aligned: The normalised text.
            original: The text that it was made from; its capitals help to tell names from words.

        Returns:
            The text with each name replaced by its kind, and the names as they stood there, in order, by where their
            kind begins.

        """
        names: dict[int, str] = {}
        longer = 0  # by how many characters what is replaced already has grown
        finder = self._marked if _MARKED.search(aligned.text) else self._bare

        def change(match: re.Match[str]) -> str:
            nonlocal longer
            token = finder.token(match, aligned, original)
            if token is None:
                return match[0]
            names[match.start() + longer] = match[0]
            longer += len(token) - len(match[0])
            return token

        return aligned.substitute(finder.pattern, change), names


class _Finder:
    """Finds names in texts that are written with diacritics, or in texts without any.

    Args:
        kinds: The kinds of names, spelled so.
        others: Words that begin with an ambiguous one and mean something else.
        also: More names with their kinds.

    """

    def __init__(self, kinds: Sequence[_Kind], others: Sequence[str], also: Mapping[str, str] | None = None) -> None:
        self._tokens = {kind.token: kind.token for kind in kinds} | dict(also or {})  # somebody may have typed a kind
        self._ambiguous: dict[str, list[_Kind]] = {}
        phrases = dict.fromkeys(self._tokens, "")
        for kind in kinds:
            for name in kind.names:
                for phrase in (name, *(f"{head} {name}" for head in kind.joined)):
                    self._tokens.setdefault(phrase, kind.token)
                    phrases[phrase] = ""
            for word in kind.ambiguous:
                guard = _not_before([other[len(word) :] for other in others if other.startswith(f"{word} ")])
                self._ambiguous.setdefault(word, []).append(kind)
                phrases.setdefault(word, guard)
                for head in kind.joined:
                    self._tokens.setdefault(f"{head} {word}", kind.token)
                    phrases.setdefault(f"{head} {word}", guard)
        self.pattern = _compiled(phrases)

    def surely_names(self) -> dict[str, str]:
        """List the names that nothing else is taken for, also when only they lack their diacritics."""
        return {phrase: token for phrase, token in self._tokens.items() if phrase.startswith("nguoi ")}

    def token(self, match: re.Match[str], aligned: Aligned, original: str) -> str | None:
        """Give the kind of what the pattern found, or None where it is no name."""
        return self._tokens.get(match[0]) or self._in_context(match, aligned, original)

    def _in_context(self, match: re.Match[str], aligned: Aligned, original: str) -> str | None:
        """Tell whether an ambiguous word is a name here, by the words before it or by its capital."""
        before = _LAST_WORDS.search(match.string, max(0, match.start() - _LOOK_BACK), match.start())
        if before is None:  # at the beginning of a sentence every word has a capital
            return None
        listed = "," in before[3]
        kinds = self._ambiguous[match[0]]
        for kind in kinds:
            if not listed and not kind.after.isdisjoint((before[2], f"{before[1]} {before[2]}")):
                return kind.token
        if not kinds[0].proper or before[2] in _BEFORE_PERSONS:
            return None
        start, end = aligned.original_span(match.start(), match.end())
        behind_name = original[aligned.starts[before.start(2)]].isupper() and not listed
        before_name = _CAPITAL_FOLLOWS.match(original, end) is not None
        return kinds[0].token if original[start:end].istitle() and not (behind_name or before_name) else None


@cache
def default_group_names() -> GroupNames:
    """Read the project's names of groups, once a process."""
    file = resources.files("classifiers.text") / GROUP_NAMES_FILE
    return GroupNames(tomllib.loads(file.read_text(encoding="utf-8")))


def _kind(name: str, table: Mapping[str, Any]) -> _Kind:
    return _Kind(
        f"⟨{name}⟩",
        _terms(table["names"]),
        _terms(table.get("ambiguous", "")),
        _terms(table.get("joined", "")),
        frozenset(_terms(table.get("after", ""))),
        table.get("proper", False),
    )


def _terms(listed: str) -> list[str]:
    return [normalise(term).text for term in listed.split(",") if term.strip()]


def _not_before(endings: Sequence[str]) -> str:
    return rf"(?!(?:{'|'.join(map(re.escape, endings))})(?!\w))" if endings else ""


def _compiled(phrases: Mapping[str, str]) -> re.Pattern[str]:
    """Compile phrases to one pattern that takes the longest; those that begin alike share their beginning."""
    root: dict[str, Any] = {}
    for phrase, guard in phrases.items():
        node = root
        for char in phrase:
            node = node.setdefault(char, {})
        node[""] = rf"(?!\w){guard}"
    return re.compile(rf"(?<!\w){_branches(root)}")


def _branches(node: Mapping[str, Any]) -> str:
    ways = [re.escape(char) + _branches(child) for char, child in node.items() if char]
    if "" in node:
        ways.append(node[""])
    return ways[0] if len(ways) == 1 else f"(?:{'|'.join(ways)})"
