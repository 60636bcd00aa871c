"""What is left of an erased author: a search of the whole home folder, with the reason for everything found."""

import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from monitor.operations.change_of_places import ASIDE
from monitor.operations.erasure import Erasure
from monitor.operations.file_search import contents
from monitor.operations.sealed_file import MAGIC
from monitor.settings.home import CONFIG_NAME
from storage import audit
from storage.database import Database
from storage.posts import traces

_WHY: Final = {
    "audit_events": ("the audit trail is only ever added to", True),
    "sources": ("the address or setting of a source that an operator registered: `kiemtin sources remove`", False),
    "users": ("a user of the desk has that name", True),
}
_LINGERING: Final = "deleted rows linger in free pages: close all programs and run `kiemtin erase` again"
_BY_FOLDER: Final = {
    "models": "the word is in the vocabulary of a model: train it anew",
    "reports": "a summary quotes it: withdraw and write it anew",
    CONFIG_NAME: "the operator wrote it into the settings",
}
_BACKUP: Final = "a backup from before the erasure: make a new one, then delete this one"
_SEALED: Final = (
    "a sealed backup, which cannot be searched, from before the last erasure: make a new one, delete this one"
)
_REPLACED: Final = "the home as it was before a restore: delete this folder"
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
        home: The home folder, with models, captures, reports and refused records.

    """
    with database.work() as session:
        stored = erasure.count_stored(session)
        found = [(trace.table, trace.column, trace.key) for trace in traces.find(session, erasure.pattern)]
        erased_at = audit.newest(session, "erasure")
    if stored:
        yield Leftover("posts", f"{stored} posts of this author are stored: run `kiemtin erase`", lawful=False)
    for table, column, key in found:
        why, lawful = _WHY.get(table, _NOT_ERASED)
        yield Leftover(f"{table}.{column} {', '.join(map(str, key))}", why, lawful)
    rows = bool(found)
    for path in sorted(path for path in home.rglob("*") if path.is_file()):
        if erased_at and _is_sealed(path) and _written_at(path) < erased_at:
            yield Leftover(str(path.relative_to(home)), _SEALED, lawful=False)
        elif any(erasure.pattern.search(text) for text in contents(path)):
            yield _of_file(home, path.relative_to(home), is_database=_is_database(database, path), rows=rows)


def _is_database(database: Database, path: Path) -> bool:
    return database.is_sqlite and path.name.startswith(Path(str(database.url.database)).name)


def _is_sealed(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def _written_at(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _of_file(home: Path, path: Path, *, is_database: bool, rows: bool) -> Leftover:
    if is_database and rows:
        return Leftover(str(path), "it holds the rows above", lawful=True)
    why = _LINGERING if is_database else _BY_FOLDER.get(path.parts[0])
    if why is None and path.parts[0].startswith(ASIDE):
        why = _REPLACED
    elif why is None and tarfile.is_tarfile(home / path):
        why = _BACKUP
    return Leftover(str(path), why, lawful=False) if why else Leftover(str(path), *_NOT_ERASED)
