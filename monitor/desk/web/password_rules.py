"""Which passwords are taken: 12 characters or more, and not made of what people who guess try first.

The 30,000 common passwords of zxcvbn are mostly short, and long ones are put together: a word, a name, a year, a row of
the keyboard, repetitions. So the parts are taken away: those passwords, if they have eight characters or more, and
words that people here choose (`common_words.txt`), with the ways of writing them (capitals, `p@ssw0rd`, Vietnamese
with and without diacritics). What is left over must be long enough.
"""

import re
import unicodedata
from functools import cache
from importlib import resources
from typing import Final

LEAST_LENGTH: Final = 12
MOST_LENGTH: Final = 200
LEAST_LEFT: Final = 5  # characters that are no part of anything common
_LEET: Final = str.maketrans("@4831!0$57|", "aabeiiosstl")
_ROWS: Final = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qazwsxedcrfvtgbyhnujm",
)
_RUN: Final = 3
_LEAST_LISTED: Final = 8  # shorter ones are words that stand in any sentence
_LONGEST: Final = 20
_REPEATED: Final = re.compile(r"(.|.{2,6}?)\1{2,}")
_NUMBER: Final = re.compile(r"\d+")


def fault(password: str, *names: str) -> str | None:
    """Return what is wrong with a password: `short`, `long` or `common`; None when it is taken.

    Args:
        password: As it was typed.
        names: The user's name and the like, which count as common.

    """
    typed = unicodedata.normalize("NFC", password)
    if len(typed) < LEAST_LENGTH:
        return "short"
    if len(typed) > MOST_LENGTH:
        return "long"
    known = _parts() | {_plain(name) for name in names if len(name) >= _RUN}
    return "common" if _left_over(_plain(typed), known) < LEAST_LEFT else None


def _left_over(text: str, known: frozenset[str] | set[str]) -> int:
    """Count the letters and digits that no common part covers; a repeated stretch counts once."""
    covered = bytearray(len(text))
    for spelling in (text, text.translate(_LEET)):  # both have the same length
        for start in range(len(text)):
            for end in range(start + _RUN, min(len(text), start + _LONGEST) + 1):
                part = spelling[start:end]
                if part in known or _in_a_row(part):
                    covered[start:end] = b"\1" * (end - start)
    for number in _NUMBER.finditer(text):  # a year, a birthday, a telephone number
        covered[number.start() : number.end()] = b"\1" * len(number[0])
    for again in _REPEATED.finditer(text):
        first = again.start() + len(again[1])
        covered[first : again.end()] = b"\1" * (again.end() - first)
    return sum(1 for char, hidden in zip(text, covered, strict=True) if not hidden and char.isalnum())


def _in_a_row(part: str) -> bool:
    return any(part in row or part[::-1] in row for row in _ROWS)


def _plain(text: str) -> str:
    """Return a text in small letters without diacritics and spaces."""
    split = unicodedata.normalize("NFD", text.lower()).replace("đ", "d")
    return "".join(char for char in split if not unicodedata.combining(char) and not char.isspace())


@cache
def _parts() -> frozenset[str]:
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # noqa: PLC0415  a megabyte that no other page needs

    return _words() | {_plain(word) for word in FREQUENCY_LISTS["passwords"] if len(word) >= _LEAST_LISTED}


@cache
def _words() -> frozenset[str]:
    text = (resources.files("monitor.desk.web") / "common_words.txt").read_text(encoding="utf-8")
    return frozenset(word for word in text.split() if len(word) >= _RUN)
