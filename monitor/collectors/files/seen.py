"""What a file has shown so far, kept on disk, so that memory does not grow with the file."""

import json
import sqlite3
from collections.abc import Sequence
from typing import Final, Self

_CACHE_KIB: Final = 4096


class OnDisk:
    """A private table in a temporary file that SQLite deletes by itself; use it as a context manager."""

    _TABLE: str

    def __init__(self) -> None:
        self._rows = sqlite3.connect("", isolation_level=None)
        for statement in ("PRAGMA journal_mode = OFF", f"PRAGMA cache_size = -{_CACHE_KIB}", self._TABLE):
            self._rows.execute(statement)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._rows.close()


class SeenHashes(OnDisk):
    """A set of hashes of 64 bits."""

    _TABLE = "CREATE TABLE seen (hash INTEGER PRIMARY KEY)"

    def add(self, hashes: Sequence[int]) -> set[int]:
        """Add some hundred hashes; returns those that were there before."""
        given = json.dumps(list(hashes))  # as one parameter, however many there are
        found = self._rows.execute("SELECT hash FROM seen WHERE hash IN (SELECT value FROM json_each(?))", (given,))
        known = {each for (each,) in found}
        self._rows.execute("BEGIN")
        self._rows.executemany("INSERT OR IGNORE INTO seen VALUES (?)", [(each,) for each in hashes])
        self._rows.execute("COMMIT")
        return known
