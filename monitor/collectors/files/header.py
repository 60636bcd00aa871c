"""Which of a file's first rows names its columns: some exports write a title and an address above it."""

from collections.abc import Collection, Sequence

from monitor.collectors.files.mapping import FIELDS, column_key, known_names

SEARCHED_ROWS = 20
_SURE = 2  # names of columns that are known; one alone may be a word of a title


def header_place(rows: Sequence[Sequence[str]], wanted: Collection[str] = ()) -> int:
    """Return the place of the row that names the columns; the first where no other one is surer.

    Args:
        rows: The first rows that are not blank.
        wanted: Columns that a person named: the row that has one of them is the header.

    """
    named = [_keys(row) for row in rows[:SEARCHED_ROWS]]
    wanted_keys = {column_key(column) for column in wanted} - {""}
    for place, keys in enumerate(named):
        if keys & wanted_keys:
            return place
    known = frozenset(name for field in FIELDS for name in known_names(field))
    counts = [len(keys & known) for keys in named]
    if not counts or counts[0] >= _SURE or max(counts) < _SURE:
        return 0
    return next(place for place, count in enumerate(counts) if count >= _SURE)


def distinct(header: Sequence[str]) -> tuple[str, ...]:
    """Name nameless columns by their place, and tell columns of one name apart; empty ones at the end are dropped."""
    kept = list(header)
    while len(kept) > 1 and not kept[-1].strip():
        kept.pop()
    names: dict[str, None] = {}
    for place, raw in enumerate(kept, start=1):
        name = raw.strip() or f"column {place}"
        names[name if name not in names else f"{name} ({place})"] = None
    return tuple(names)


def above_header(lines: int) -> tuple[str, ...]:
    """Say how many rows stand above the one that names the columns; nothing for none."""
    if not lines:
        return ()
    return (f"{lines} {'row stands' if lines == 1 else 'rows stand'} above the one that names the columns",)


def _keys(row: Sequence[str]) -> frozenset[str]:
    return frozenset(column_key(cell) for cell in row if cell.strip())
