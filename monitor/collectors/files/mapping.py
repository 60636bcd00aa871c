"""Which column of a file feeds which field of a post: guessed from the names in English or Vietnamese, or given."""

import difflib
import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from monitor.collectors.files.base import Record
from monitor.collectors.files.values import as_text, parse_count
from monitor.errors import ImportRefused

_MOST_LISTED = 40
_MOST_NAME_CHARACTERS = 40
_MOST_NAME_WORDS = 6
_POSITION = re.compile(r"[A-Z]{1,2}|[1-9][0-9]{0,2}")
_NO_HEADING = re.compile(r"@|\d(?:\D?\d){5}")

COUNT_FIELDS = ("likes", "comments", "shares", "replies", "views")
FIELDS = (
    *("external_id", "text", "title", "context", "url", "author", "published", "language", "picture"),
    *("picture_description", *COUNT_FIELDS),
)
_TABLE = Path(__file__).with_name("columns.toml")


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Which column feeds which field.

    Args:
        columns: The column of each field that has one.
        given: The fields that somebody named; the others were guessed.
        notes: What a person should know of a guess.

    """

    columns: Mapping[str, str]
    given: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()


def map_columns(
    columns: Sequence[str], sample: Sequence[Record], given: Mapping[str, str] | None = None
) -> ColumnMapping:
    """Decide which column feeds which field.

    Args:
        columns: The columns of the file.
        sample: Some of its records: a column of numbers is no text, a column of sentences is no count.
        given: Columns by field, which win over the guess; an empty column leaves the field out.

    Raises:
        ImportRefused: When a given field or column does not exist, or no column holds the text.

    """
    chosen = {field: _given_column(field, column, columns) for field, column in (given or {}).items()}
    taken = {column for column in chosen.values() if column}
    by_key: dict[str, str] = {}
    for column in columns:
        by_key.setdefault(column_key(column), column)
    for field in FIELDS:
        if field in chosen:
            continue
        guessed = _guess(field, by_key, taken, sample)
        if guessed:
            chosen[field] = guessed
            taken.add(guessed)
    notes = _take_repeated_title_for_context(chosen, given or {}, sample)
    if not chosen.get("text"):
        raise ImportRefused(
            f"no column with the text of the posts was found among {_listed(columns)}: "
            "say which one it is with --map text=COLUMN, its name, number or letter"
        )
    return ColumnMapping({field: chosen[field] for field in FIELDS if chosen.get(field)}, frozenset(given or ()), notes)


def _take_repeated_title_for_context(
    chosen: dict[str, str], given: Mapping[str, str], sample: Sequence[Record]
) -> tuple[str, ...]:
    """Let a title feed the context where rows are comments: they count replies, and several share one title."""
    column = chosen.get("title")
    if not column or not chosen.get("replies") or {"title", "context"} & given.keys() or chosen.get("context"):
        return ()
    titles = [title for record in sample if (title := as_text(record.values.get(column)).strip())]
    if len(set(titles)) == len(titles):
        return ()
    chosen["context"], chosen["title"] = column, ""
    name = _shown(column)
    note = f"`{name}` repeats and replies are counted: it is taken for what the comments answer (context)"
    return (f"{note}; if it is each post's own heading, add --map title={_quoted(name)}",)


def _quoted(name: str) -> str:
    return f'"{name}"' if " " in name else name


def _given_column(field: str, column: str, columns: Sequence[str]) -> str:
    if field not in FIELDS:
        raise ImportRefused(f"there is no field `{field}`{_suggest(field, FIELDS)}; the fields are {', '.join(FIELDS)}")
    if not column or column in columns:
        return column
    alike = [name for name in columns if column_key(name) == column_key(column)]
    if len(alike) == 1:
        return alike[0]
    if 0 < position(column) <= len(columns):
        return columns[position(column) - 1]
    raise ImportRefused(f"the file has no column `{column}`{_suggest(column, columns)}; it has {_listed(columns)}")


def _guess(field: str, by_key: Mapping[str, str], taken: set[str], sample: Sequence[Record]) -> str | None:
    for key in known_names(field):
        column = by_key.get(key)
        if column and column not in taken and _fits(field, column, sample):
            return column
    return None


def _fits(field: str, column: str, sample: Sequence[Record]) -> bool:
    values = [value for record in sample if (value := record.values.get(column)) not in (None, "")]
    if not values or field not in ("text", *COUNT_FIELDS):
        return True
    numbers = sum(parse_count(value) is not None for value in values)
    return numbers < len(values) if field == "text" else numbers > 0


@cache
def known_names(field: str) -> tuple[str, ...]:
    """Give the names by which a field is guessed, as `column_key` writes them; the surest first."""
    return tuple(tomllib.loads(_TABLE.read_text(encoding="utf-8"))[field])


def column_key(name: str) -> str:
    """Write a column's name without marks, case, spaces and signs: `Nội dung` and `noi_dung` are both `noidung`."""
    plain = unicodedata.normalize("NFKD", name.casefold().replace("đ", "d"))
    return "".join(char for char in plain if char.isalnum())


def position(column: str) -> int:
    """Read the number of a column, or the letters by which spreadsheets name it: `B` is 2; 0 for anything else."""
    if not _POSITION.fullmatch(column):
        return 0
    if column.isdigit():
        return int(column)
    number = 0
    for letter in column:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _listed(columns: Sequence[str]) -> str:
    names = [_shown(name) for name in columns[:_MOST_LISTED]]
    more = len(columns) - len(names)
    return ", ".join(f"`{name}`" for name in names) + (f" and {more} more" if more else "")


def _shown(name: str) -> str:
    """Write a column's name; in a file without headings the names are a post's own words, which no message repeats."""
    line = " ".join(name.split())
    return "…" if len(line.split()) > _MOST_NAME_WORDS or _NO_HEADING.search(line) else line[:_MOST_NAME_CHARACTERS]


def _suggest(name: str, known: Sequence[str]) -> str:
    by_key = {column_key(other): other for other in known}
    close = difflib.get_close_matches(column_key(name), by_key, n=1)
    return f" (did you mean `{by_key[close[0]]}`?)" if close else ""
