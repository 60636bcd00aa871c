"""What the readers of files share: numbered lines of bounded length, raw records, and refusals with their reasons."""

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TextIO, TypeAlias, TypeVar

from monitor.collectors.base import is_whole

MOST_BLANK_LINES = 50_000
"""After so many empty lines or rows in a row, reading ends."""
MOST_REFUSED_IN_A_ROW = 50_000
"""After so many records in a row of which none can be read, reading ends."""
MOST_COLUMNS = 1_000
"""Further columns of a table feed no field."""
MAX_RECORD_CHARACTERS = 1_000_000
"""A longer line, or a longer record of several lines, is refused: no post is that long."""
EXCERPT_CHARACTERS = 200
"""How much of a record is kept beside the reason why it was refused, so that a person recognises it."""

NO_TEXT = "no text"
MANGLED_ID = "identifier mangled by a spreadsheet (like 1.23E+17): format the column as text and export again"
TOO_LONG = "line longer than 1,000,000 characters"
NUL_BYTES = "NUL bytes"
BAD_BYTES = "bytes that are not valid in the file's encoding"
HALF_CHARACTER = "half of a character pair (the text was cut inside it)"
ENDED_EARLY = "file ended early: it is cut off or damaged"
UNPACKS_TOO_MUCH = "unpacks to more than a hundred times its size: what follows is not read"
TOO_MANY_BLANK = f"more than {MOST_BLANK_LINES:,} empty lines: what follows is not read"
TOO_MANY_REFUSED = f"more than {MOST_REFUSED_IN_A_ROW:,} records in a row cannot be read: what follows is not read"
NOT_JSON = "broken line: not valid JSON"
NOT_AN_OBJECT = "broken line: not a JSON object"
BROKEN_QUOTES = "broken line: quotes do not match"
WRONG_WIDTH = "broken line: wrong number of columns (write quotes around texts that hold line ends or separators)"
TOO_WIDE = f"row of more than {MOST_COLUMNS:,} columns"
BROKEN_DOCUMENT = "broken document: nothing after this place can be read"
SERVICE_MESSAGE = "service message (somebody joined, pinned, renamed): no post"
UNKNOWN_ITEM = "item of a platform that is not read (read are TikTok, Instagram, Threads, X and Facebook)"
REPOST = "repost of another's post"
BROKEN_MEMBER = "file of the download that is no sound JSON"
DATE_ORDER = "date with day and month in another order than the other dates of its file"
DEEPER_ANSWER = "answer to an answer: one level of answers is read"
NO_ID = "item without an identifier"
NOT_PUBLIC = "not public: not everybody may view it"

Value: TypeAlias = str | int | float | bool | None
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record that cannot be imported.

    Args:
        line: Where it begins; the first line of the file is 1.
        reason: A fixed phrase, such as those of this module, so that the caller can count them.
        excerpt: How the record begins in the file, so that a person finds it again.

    """

    line: int
    reason: str
    excerpt: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Record:
    """One record as it stands in the file: its first line, its values by column, and how its line begins.

    `beside` is what the record holds besides its columns, such as lists in JSON: it feeds no field, but tells one
    record from another.
    """

    line: int
    values: Mapping[str, Value]
    excerpt: str = field(default="", compare=False)
    beside: str = field(default="", compare=False)


class ReadingEnds(OSError):
    """What follows in a file is not read.

    Args:
        problem: Why; one of the phrases of this module.

    """

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Line:
    """One physical line with its line end, or what is wrong with it and how it begins."""

    number: int
    text: str
    problem: str | None = None
    excerpt: str = ""

    def refused(self, reason: str) -> Refusal:
        """Refuse the record that begins with this line."""
        return Refusal(self.number, reason, self.excerpt or excerpt_of(self.text))


def excerpt_of(text: str) -> str:
    """Give the beginning of a record, for a person to recognise it by."""
    return text[:EXCERPT_CHARACTERS].rstrip("\r\n")


def numbered_lines(stream: TextIO) -> Iterator[Line]:
    """Read a text stream line by line, never holding more than one line of the longest allowed length.

    A stream that breaks off (a gzip file that was cut, half a character at the end), unpacks to too much or has too
    many empty lines gives one last line with its problem.
    """
    number = blank = 0
    while True:
        number += 1
        try:
            text = stream.readline(MAX_RECORD_CHARACTERS + 1)
            too_long = len(text) > MAX_RECORD_CHARACTERS and not text.endswith(("\n", "\r"))
            if too_long:
                _skip_rest_of_line(stream)
        except (EOFError, OSError, UnicodeDecodeError, zlib.error) as error:
            # Nothing can be read past this point; this one refusal stands for all that is lost.
            yield Line(number, "", error.problem if isinstance(error, ReadingEnds) else ENDED_EARLY)
            return
        if not text:
            return
        blank = 0 if text.strip() else blank + 1
        if blank > MOST_BLANK_LINES:
            yield Line(number, "", TOO_MANY_BLANK)
            return
        problem = TOO_LONG if too_long else _problem(text)
        yield Line(number, "" if too_long else text, problem, excerpt_of(text) if problem else "")


def until_hopeless(items: Iterator[Item]) -> Iterator[Item | Refusal]:
    """Give the records of a file; after too many in a row that cannot be read, one last refusal says so.

    Args:
        items: Records, and refusals of those that cannot be read.

    """
    in_a_row = 0
    for item in items:
        if not isinstance(item, Refusal):
            in_a_row = 0
        elif in_a_row == MOST_REFUSED_IN_A_ROW:
            yield Refusal(item.line, TOO_MANY_REFUSED, item.excerpt)
            return
        else:
            in_a_row += 1
        yield item


def _skip_rest_of_line(stream: TextIO) -> None:
    while True:
        text = stream.readline(MAX_RECORD_CHARACTERS)
        if not text or text.endswith(("\n", "\r")):
            return


def _problem(text: str) -> str | None:
    if "\0" in text:
        return NUL_BYTES
    return None if is_whole(text) else BAD_BYTES
