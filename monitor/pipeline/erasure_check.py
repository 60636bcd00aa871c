"""What is left of an erased author: a search of the whole home folder, with the reason for everything found."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from monitor.pipeline.erasure import Erasure
from monitor.pipeline.file_search import contents
from storage import traces
from storage.database import Database

_WHY: Final = {
    "audit_events": ("the audit trail is only ever added to", True),
    "sources": ("the address or setting of a source that an operator registered: remove the source", False),
    "users": ("a user of the desk has that name", True),
}
_NOT_ERASED: Final = ("it was not erased, or came again: run `kiemtin erase`", False)


@dataclass(frozen=True, slots=True)
class Leftover:
    """One trace: where it is, why it is there, and whether it may stay."""

    place: str
    why: str
    lawful: bool


def leftovers(erasure: Erasure, database: Database, home: Path) -> Iterator[Leftover]:
    """Search the database row by row, and every file of the home folder byte by byte, unpacked.

    Args:
        erasure: Whose.
        database: The database.
        home: The home folder, with models, captures, summaries and refused records.

    """
    with database.work() as session:
        stored = erasure.count_stored(session)
        found = [(trace.table, trace.column, trace.key) for trace in traces.find(session, erasure.pattern)]
    if stored:
        yield Leftover("posts", f"{stored} posts of this author are stored: run `kiemtin erase`", lawful=False)
    for table, column, key in found:
        why, lawful = _WHY.get(table, _NOT_ERASED)
        yield Leftover(f"{table}.{column} {', '.join(map(str, key))}", why, lawful)
    rows = bool(found)
    for path in sorted(path for path in home.rglob("*") if path.is_file()):
        if any(erasure.pattern.search(text) for text in contents(path)):
            yield _of_file(path.relative_to(home), is_database=_is_database(database, path), rows=rows)


def _is_database(database: Database, path: Path) -> bool:
    return database.is_sqlite and path.name.startswith(Path(str(database.url.database)).name)


def _of_file(path: Path, *, is_database: bool, rows: bool) -> Leftover:
    if is_database:
        if rows:
            return Leftover(str(path), "it holds the rows above", lawful=True)
        why = "deleted rows linger in free pages: close all programs and run `kiemtin erase` again"
        return Leftover(str(path), why, lawful=False)
    if path.parts[0] == "models":
        return Leftover(str(path), "the word is in the vocabulary of a model: train it anew", lawful=False)
    if path.parts[0] == "reports":
        return Leftover(str(path), "a summary quotes it: withdraw and write it anew", lawful=False)
    if path.name == "kiemtin.toml":
        return Leftover(str(path), "the operator wrote it into the settings", lawful=False)
    return Leftover(str(path), *_NOT_ERASED)
