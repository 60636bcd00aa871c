"""Identifiers for records that have none, made from all that a record holds."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping

from monitor.collectors.files.base import Record, Value
from monitor.collectors.files.mapping import COUNT_FIELDS, column_key, known_names
from monitor.collectors.files.seen import OnDisk
from monitor.collectors.files.values import as_text

ROW = "row:"
"""How an identifier begins that was made from a record's content. It is keyed before it is stored: it was made with the
author's name, and nobody may find out by trying names what an author wrote."""

_ORDER_NAMES = frozenset({"stt", "tt", "sothutu", "thutu", "sodong", "no", "index", "row", "rownumber", "unnamed0"})
_NAMELESS = re.compile(r"column \d+")
_MAY_HOLD_WORDS = frozenset({"comment", "comments", "binhluan", "replies", "traloi"})
_KEPT_BYTES = 8  # of a digest, to compare within one file


class RowIdentities(OnDisk):
    """Makes the identifiers of the records of one file. Give it the records in the file's order, as a context manager.

    Records that differ in anything but their place are different posts; equal ones have one identifier. Counts and row
    numbers change from one export to the next: they tell records of one file apart, which are then numbered, but are
    not part of the identifier, so that a later export of the same comments finds the same posts.
    """

    _TABLE = "CREATE TABLE seen (base BLOB, number INTEGER, variant BLOB, PRIMARY KEY (base, number)) WITHOUT ROWID"

    def __init__(self) -> None:
        super().__init__()
        self._changing: dict[str, bool] = {}

    def of(self, record: Record) -> str:
        """Make the identifier of a record."""
        lasting: dict[str, Value] = {}
        changing: dict[str, Value] = {}
        for name, value in record.values.items():
            (changing if self._is_changing(name) else lasting)[name] = value
        base = _digest(lasting, record.beside)
        kept = base[:_KEPT_BYTES]
        number = self._number(kept, _digest(changing)[:_KEPT_BYTES]) if changing else 0
        return f"{ROW}{base.hex()}-{number}" if number else f"{ROW}{base.hex()}"

    def _number(self, base: bytes, variant: bytes) -> int:
        """Return how many other variants of a content came before this one."""
        found = self._rows.execute("SELECT number, variant FROM seen WHERE base = ? ORDER BY number", (base,))
        count = 0
        for number, known in found:
            if known == variant:
                return int(number)
            count += 1
        self._rows.execute("INSERT INTO seen VALUES (?, ?, ?)", (base, count, variant))
        return count

    def _is_changing(self, name: str) -> bool:
        if name not in self._changing:
            self._changing[name] = _is_count_or_number(name)
        return self._changing[name]


def _is_count_or_number(name: str) -> bool:
    key = column_key(name)
    if key in _ORDER_NAMES or _NAMELESS.fullmatch(name):
        return True
    return key not in _MAY_HOLD_WORDS and any(key in known_names(field) for field in COUNT_FIELDS)


def _digest(values: Mapping[str, Value], beside: str = "") -> bytes:
    written = {name: text for name, value in values.items() if (text := as_text(value)).strip()}
    content = unicodedata.normalize("NFC", json.dumps([sorted(written.items()), beside], ensure_ascii=False))
    return hashlib.sha256(content.encode(errors="surrogatepass")).digest()
