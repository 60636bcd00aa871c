"""Erasure on request: the posts of one author, and every trace of that author elsewhere in the home folder."""

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from monitor.clock import Clock
from monitor.crawl.captures import CaptureStore
from monitor.files import PARTIAL, write_whole
from monitor.operations.file_search import contents
from monitor.privacy.author_names import mention, spellings
from monitor.privacy.erased_mentions import ERASED_NAME
from monitor.privacy.pseudonym import Pseudonymiser
from storage import audit
from storage.audit import DECISIONS
from storage.database import Database
from storage.errors import StorageError
from storage.outbox import reports
from storage.posts import posts, traces

_REFUSED: Final = "*.refused.csv"


@dataclass(frozen=True, slots=True)
class Found:
    """What an erasure would delete and mask.

    Args:
        names: The spellings under which posts are stored.
        posts: How many posts there are.
        mentions: How many other values of the database name the author.
        captures: How many kept or waiting captures name the author.
        files: Other files of the home folder that name the author.

    """

    names: tuple[str, ...]
    posts: int
    mentions: int
    captures: int
    files: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure did; `withdraw` lists issued reports that may quote the posts."""

    posts: int
    masked: int
    captures: int
    files: int
    withdraw: tuple[str, ...]
    scrubbed: bool


class Erasure:
    """Finds and erases one author.

    Args:
        database: The database.
        clock: Tells the time.
        pseudonymiser: Knows the keys of this installation.
        captures: The captured pages.
        home: The home folder.
        kind: The kind of source.
        given: The author's handle or address, as the person writes it.

    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        pseudonymiser: Pseudonymiser,
        captures: CaptureStore,
        home: Path,
        *,
        kind: str,
        given: str,
    ) -> None:
        self._database = database
        self._clock = clock
        self._captures = captures
        self._home = home
        self._kind = kind
        self.names = spellings(kind, given)
        self.pattern = mention(self.names)
        self._keys = {name: _keys(pseudonymiser, kind, name) for name in self.names}

    def find(self) -> Found:
        """Say what would go; nothing is changed."""
        with self._database.work() as session:
            own = posts.ids_by_author(session, self._all_keys())
            named = [name for name, keys in self._keys.items() if posts.ids_by_author(session, keys)]
            mentions = [
                trace
                for trace in traces.find(session, self.pattern)
                if not (trace.table == "posts" and trace.key[0] in own)
            ]
        captured = [path for path in self._captures.files() if self._names(path)]
        others = tuple(path for path in self._other_files() if self._names(path))
        return Found(tuple(named), len(own), len(mentions), len(captured), others)

    def run(self) -> Erased:
        """Erase the author. What is deleted cannot be brought back."""
        now = self._clock.now()
        with self._database.changes() as session:
            flags = posts.flags_by_author(session, self._all_keys())
            captured = sum(self._captures.delete_author(session, key) for key in self._all_keys())
            captured += self._captures.delete_files(session, filter(self._names, list(self._captures.files())))
            gone = posts.Deleted(0, 0)
            for keys in self._keys.values():
                each = posts.erase_author(session, keys[0], now, keys[1:])
                gone = posts.Deleted(gone.posts + each.posts, gone.decisions + each.decisions)
            masked = traces.mask(session, self.pattern, ERASED_NAME, now=now)
            withdraw = reports.files_quoting(session, flags)
            detail: dict[str, object] = {"posts": gone.posts}
            if masked:
                detail["masked"] = masked
            if gone.decisions:
                detail[DECISIONS] = gone.decisions
            if withdraw:
                detail["withdraw"] = list(withdraw)
            audit.record(session, at=now, action="erasure", subject=self._kind, detail=detail)
        files = self._clean_files()
        return Erased(gone.posts, masked, captured, files, withdraw, self._scrub())

    def count_stored(self, session: Session) -> int:
        """Count the stored posts of the author."""
        return len(posts.ids_by_author(session, self._all_keys()))

    def _scrub(self) -> bool:
        try:
            with self._database.work() as session:
                return traces.scrub(session)
        except StorageError:  # another program holds the database; `erase --verify` says what is left
            return False

    def _all_keys(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(key for keys in self._keys.values() for key in keys))

    def _names(self, path: Path) -> bool:
        return any(self.pattern.search(part) for part in contents(path))

    def _other_files(self) -> list[Path]:
        """List refused records and half-written files, wherever in the home they lie."""
        found = (path for ending in (_REFUSED, f".*{PARTIAL}") for path in sorted(self._home.rglob(ending)))
        return [path for path in found if path.is_file()]

    def _clean_files(self) -> int:
        """Take the author out of lists of refused records, and delete half-written files that name the author."""
        cleaned = 0
        for path in self._other_files():
            if not self._names(path):
                continue
            cleaned += 1
            if path.name.endswith(PARTIAL):
                path.unlink(missing_ok=True)
            else:
                write_whole(path, _without(path.read_text(encoding="utf-8-sig"), self.pattern))
        return cleaned


def _keys(pseudonymiser: Pseudonymiser, kind: str, name: str) -> tuple[str, ...]:
    return (pseudonymiser.key(kind, name) or "", *pseudonymiser.aliases(kind, name))


def _without(table: str, pattern: re.Pattern[str]) -> bytes:
    rows = [row for row in csv.reader(io.StringIO(table)) if not pattern.search(" ".join(row))]
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode("utf-8-sig")
