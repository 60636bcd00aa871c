"""The language in which people search: words, "phrases", AND, OR, NOT (or -), and brackets."""

import re
from collections.abc import Sequence
from typing import Final

from classifiers.text.letters import strip_diacritics
from classifiers.text.normalise import MAIL, NAME, PHONE, normalise
from classifiers.text.search_terms import terms_of
from classifiers.text.segment import Segmenter
from monitor.errors import QueryRefused
from storage.search.search_words import AllOf, AnyOf, Query, Words

LONGEST: Final = 300  # characters
MOST_PARTS: Final = 32
_TOKEN: Final = re.compile(r'\s*(?:(?P<open>-?\()|(?P<close>\))|(?P<minus>-)?"(?P<phrase>[^"]*)"|(?P<word>[^\s()"]+))')
_PEOPLE: Final = (NAME, MAIL, PHONE)
_QUOTED: Final = re.compile(r'"[^"]*"')
_EMPTY_BRACKETS: Final = re.compile(r"-?\(\s*\)")

_REFUSALS: Final = {
    "empty": "nothing to search for: write a word",
    "long": f"the search is too long: at most {LONGEST} characters and {MOST_PARTS} words",
    "quote": 'a quotation mark " is missing its partner: add or remove one',
    "operator": "AND, OR and NOT stand between words: add the missing word",
    "only unwanted": "a search for what is missing alone finds everything: add a word that must be there",
    "person": "posts are not searched by people: leave out @names, mail addresses and telephone numbers",
}


def refused(reason: str) -> QueryRefused:
    """Make the error of a reason."""
    return QueryRefused(reason, _REFUSALS[reason])


def parse_query(typed: str, segmenter: Segmenter | None = None) -> Query:
    """Read what a person typed.

    A word with diacritics means this spelling; one without means any. Neighbouring syllables that make a word
    (`công nhân`) are looked for side by side. Brackets without a partner are marks as any other.

    Args:
        typed: The search.
        segmenter: Knows which syllables make a word; None: each stands for itself.

    Raises:
        QueryRefused: When it is no search.

    """
    text = re.sub(r"[“”„]", '"', typed).strip()
    if len(text) > LONGEST:
        raise refused("long")
    if text.count('"') % 2:
        raise refused("quote")
    if any(mark in normalise(text).text for mark in _PEOPLE):
        raise refused("person")
    return _Parser(_with_paired_brackets(text), segmenter).parse()


def _with_paired_brackets(text: str) -> str:
    depth = 0
    for sign in _QUOTED.sub("", text):
        depth += (sign == "(") - (sign == ")")
        if depth < 0:
            break
    if depth:
        return text.replace("(", " ").replace(")", " ")
    while _EMPTY_BRACKETS.search(text):
        text = _EMPTY_BRACKETS.sub(" ", text)
    return text


class _Parser:
    """Reads by recursive descent: any := all (OR all)*; all := one (AND? one)*; one := NOT? word or brackets."""

    def __init__(self, text: str, segmenter: Segmenter | None) -> None:
        self._tokens = list(_TOKEN.finditer(text))
        self._segmenter = segmenter
        self._place = 0
        if len(self._tokens) > MOST_PARTS:
            raise refused("long")

    def parse(self) -> Query:
        if not self._tokens:
            raise refused("empty")
        found = self._any()
        if found is None:
            raise refused("empty")
        return found

    def _peek(self) -> re.Match[str] | None:
        return self._tokens[self._place] if self._place < len(self._tokens) else None

    def _is(self, word: str) -> bool:
        token = self._peek()
        return token is not None and token["word"] == word

    def _any(self) -> Query | None:
        parts = [self._all()]
        while self._is("OR"):
            self._place += 1
            parts.append(self._all())
        wanted = [part for part in parts if part is not None]
        return wanted[0] if len(wanted) == 1 else AnyOf(tuple(wanted)) if wanted else None

    def _all(self) -> Query | None:
        wanted: list[Query] = []
        unwanted: list[Query] = []
        run: list[str] = []
        read = False
        while (token := self._peek()) is not None and not token["close"] and not self._is("OR"):
            if self._is("AND"):
                if not read:
                    raise refused("operator")
                self._place += 1
                wanted += self._words(run)
                run, read = [], False
                continue
            negative = self._is("NOT")
            self._place += negative
            token = self._peek()
            if token is None or token["close"] or (negative and token["word"] in ("AND", "OR", "NOT")):
                raise refused("operator")
            word = token["word"]
            if word and not negative and not (word.startswith("-") and len(word) > 1):
                run.append(word)  # neighbours are segmented together
                self._place += 1
            else:
                wanted += self._words(run)
                run = []
                self._one(token, wanted, unwanted, negative=negative)
            read = True
        if not read:
            raise refused("operator")
        wanted += self._words(run)
        if unwanted and not wanted:
            raise refused("only unwanted")
        if not wanted:
            return None
        return wanted[0] if len(wanted) == 1 and not unwanted else AllOf(tuple(wanted), tuple(unwanted))

    def _one(self, token: re.Match[str], wanted: list[Query], unwanted: list[Query], *, negative: bool) -> None:
        """Read a phrase, brackets, or an unwanted word."""
        self._place += 1
        if token["open"]:
            inner = self._any()
            self._place += 1  # the closing bracket
            found = [inner] if inner is not None else []
            negative ^= token["open"].startswith("-")
        elif token["phrase"] is not None:
            found = _phrase(token["phrase"])
            negative ^= bool(token["minus"])
        else:
            word = token["word"]
            negative ^= word.startswith("-")
            found = _phrase(word.lstrip("-"))
        (unwanted if negative else wanted).extend(found)

    def _words(self, run: Sequence[str]) -> list[Query]:
        """Make the parts of neighbouring words: one for each word of the language, if there is a segmenter."""
        if not run:
            return []
        if self._segmenter is None:
            return [part for word in run for part in _phrase(word)]
        words = self._segmenter.segment(normalise(" ".join(run)).text)
        return [part for word in words for part in _phrase(word.text)]


def _phrase(text: str) -> list[Query]:
    """Make syllables that follow each other; with one diacritic among them they are all meant as they stand."""
    terms = terms_of(normalise(text).text)
    if not terms.accented:
        return []
    plain = strip_diacritics("".join(terms.accented)) == "".join(terms.accented)
    return [Words(terms.bare if plain else terms.accented, accented=not plain)]


def words_of(query: Query) -> list[Words]:
    """List the words that a query looks for, without the unwanted ones: what is to be highlighted."""
    if isinstance(query, Words):
        return [query]
    return [words for part in query.parts for words in words_of(part)]
