"""Compression, encoding and format of a file, detected by its content first and by its name second."""

import codecs
import gzip
import hashlib
import re
import unicodedata
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from io import BufferedReader, FileIO, RawIOBase, StringIO, TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Literal, TextIO, cast

from monitor.collectors.files.archive import MAGIC, names_in, open_archive
from monitor.collectors.files.base import UNPACKS_TOO_MUCH, ReadingEnds
from monitor.collectors.files.csv_file import detect_csv
from monitor.collectors.files.download_entries import members_of
from monitor.collectors.files.json_objects import JsonObject, JsonReader, holds_objects, names_of
from monitor.collectors.files.mapping import column_key, known_names
from monitor.collectors.files.table import TableReader, sheet_reader
from monitor.collectors.files.workbook import SheetText, choose_sheet, sheet_lines
from monitor.collectors.parsing.json_models import read_json
from monitor.errors import ImportRefused

Container = Literal["csv", "workbook", "jsonl", "json", "download"]
"""How records are separated: rows, rows of a workbook, lines of JSON, the elements of a list in a JSON document, or the
files of an archive that a platform lets a person download.
"""

HEAD_BYTES = 256 * 1024
READ_BYTES = 1024 * 1024
_LEAST_UNPACKED = 64 * 1024 * 1024
_MOST_TIMES_UNPACKED = 100  # text packs to a third or a tenth of its size
_PROBED_LINES = 50
_PROBED_OBJECTS = 20
_SHOWN_FILES = 5

_GZIP = b"\x1f\x8b"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"  # .xls, and what newer programs protect by a password
_WORKBOOK_PARTS = frozenset({"xl/workbook.xml", "xl/workbook.bin", "content.xml"})
_WORD_PART = "word/document.xml"
_BINARY_KINDS = (
    (b"%PDF-", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"Rar!\x1a\x07", "a rar archive"),
)
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_MOST_CONTROL_SHARE = 0.05
_FEW_CONTROLS = 8
_JSON_LINES_SUFFIXES = {".jsonl", ".ndjson"}
_JSON_SUFFIXES = _JSON_LINES_SUFFIXES | {".json"}
_BEGINS_DOCUMENT = re.compile(r"[\[{]\s*[\[{\"]")
_WEB_PAGE = re.compile(r"<(?:!doctype|html|\?xml)", re.IGNORECASE)
# Vietnamese needs these letters only; the tones of windows-1258 are separate marks after them.
_VIETNAMESE_LETTERS = frozenset("aeiouyăâđêôơư")
_VIETNAMESE_MARKS = frozenset("\u0300\u0301\u0302\u0303\u0306\u0309\u031b\u0323")
_LEAST_VIETNAMESE_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class Sniffed:
    """What is known about a file before its records are read.

    `sha256` and `size_bytes` are of the bytes as they lie there, compressed or not. `encoding` is Python's name of it,
    and for a workbook the sheet that is read, whose name is `sheet`. `head` is the decoded beginning, `notes` what a
    person should know; `platform` names the one that a download comes from. `reader` reads its records (a download has
    none), and `objects` are the first ones of JSON.
    """

    path: Path
    sha256: str
    size_bytes: int
    encoding: str
    container: Container
    compressed: bool = False
    head: str = ""
    sheet: str = ""
    notes: tuple[str, ...] = ()
    platform: str = ""
    reader: TableReader | JsonReader | None = None
    objects: tuple[Mapping[str, Any], ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of a table; nothing otherwise."""
        return self.reader.columns if isinstance(self.reader, TableReader) else ()

    @contextmanager
    def open(self, on_bytes: Callable[[int], None] = lambda _: None) -> Iterator[TextIO]:
        """Open the file as text from its beginning. Bytes that cannot be decoded come as lone surrogates.

        Args:
            on_bytes: Told how many bytes were read, each time some are; in the end `size_bytes` in all.

        Raises:
            ImportRefused: When the file cannot be opened any more.

        """
        with ExitStack() as opened:
            try:
                raw = opened.enter_context(BufferedReader(_CountedFile(self.path, on_bytes), READ_BYTES // 16))
            except OSError as error:
                raise _unreadable(self.path, error) from error
            if self.container == "workbook":
                lines = opened.enter_context(closing(sheet_lines(self.path, self.sheet)))
                yield cast("TextIO", SheetText(lines))
                on_bytes(self.size_bytes)
                return
            if self.container == "download":
                yield cast("TextIO", raw)  # its format reads the archive
                return
            binary: Any = raw
            if self.compressed:
                most_bytes = max(_LEAST_UNPACKED, self.size_bytes * _MOST_TIMES_UNPACKED)
                unpacked = opened.enter_context(gzip.GzipFile(fileobj=raw))
                binary = BufferedReader(_Unpacked(unpacked, most_bytes), READ_BYTES // 16)
            decoded = TextIOWrapper(
                cast("BinaryIO", binary), encoding=self.encoding, errors=_error_handler(self.encoding), newline=""
            )
            yield opened.enter_context(decoded)


class _Unpacked(RawIOBase):
    """A compressed file that ends in an error when it unpacks to too much."""

    def __init__(self, unpacked: gzip.GzipFile, most_bytes: int) -> None:
        super().__init__()
        self._unpacked = unpacked
        self._left = most_bytes

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        piece = self._unpacked.read1(len(buffer))
        self._left -= len(piece)
        if self._left < 0:
            raise ReadingEnds(UNPACKS_TOO_MUCH)
        buffer[: len(piece)] = piece
        return len(piece)


class _CountedFile(FileIO):
    """A file that tells how much of it is read."""

    def __init__(self, path: Path, on_bytes: Callable[[int], None]) -> None:
        super().__init__(path)
        self._on_bytes = on_bytes

    def readinto(self, buffer: Any, /) -> int | None:
        count = super().readinto(buffer)
        self._on_bytes(count or 0)
        return count


def sniff(path: Path, sheet: str = "", wanted: Collection[str] = ()) -> Sniffed:
    """Look at a file and decide how to read it.

    Args:
        path: The file.
        sheet: The sheet of a workbook that a person named; empty to find the one with the posts.
        wanted: Columns that a person named.

    Raises:
        ImportRefused: When it is missing, empty, not text, or in no encoding and format that can be read.

    """
    sha256, size_bytes, start = _fingerprint(path)
    known = partial(Sniffed, path=path, sha256=sha256, size_bytes=size_bytes)
    if start.startswith((*MAGIC, _OLD_OFFICE)):
        found = _sniff_archive(known, path, sheet, wanted, is_zip=start.startswith(MAGIC))
    elif sheet:
        raise ImportRefused(f"{path} is no workbook: leave --sheet out")
    else:
        found = _sniff_text(known, path, start, wanted)
    try:
        reader = _reader(found, wanted)
    except ImportRefused as error:
        raise ImportRefused(f"{path}: {error}") from error
    items = islice(reader.objects(StringIO(found.head)) if isinstance(reader, JsonReader) else (), _PROBED_OBJECTS)
    return replace(found, reader=reader, objects=tuple(item.payload for item in items if isinstance(item, JsonObject)))


def _reader(sniffed: Sniffed, wanted: Collection[str]) -> TableReader | JsonReader | None:
    if sniffed.container == "csv":
        return detect_csv(sniffed.head, wanted)
    if sniffed.container == "workbook":
        return sheet_reader(sniffed.head, wanted)
    return None if sniffed.container == "download" else JsonReader(sniffed.container == "json", tuple(wanted))


def _sniff_text(known: partial[Sniffed], path: Path, start: bytes, wanted: Collection[str]) -> Sniffed:
    compressed = start.startswith(_GZIP)
    head = _decompressed_head(path) if compressed else start
    if not head.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise ImportRefused(f"{path} is empty: export it again")
    _refuse_binary(path, head)
    encoding = _encoding(path, head)
    text = _decode(head, encoding)
    return known(compressed=compressed, encoding=encoding, container=_container(path, text, wanted), head=text)


def _sniff_archive(
    known: partial[Sniffed], path: Path, sheet: str, wanted: Collection[str], *, is_zip: bool
) -> Sniffed:
    """Look into a zip archive or an old Office file: either may be a workbook."""
    try:
        if is_zip:
            with path.open("rb") as raw, open_archive(raw) as archive:
                names = names_in(archive)
            if download := members_of(names):
                platform, members = download
                shown = (_named_in(members),)
                return known(encoding="utf-8", container="download", notes=shown, platform=platform)
            _refuse_other_archive(names)
        found = choose_sheet(path, sheet, wanted)
    except ImportRefused as error:
        raise ImportRefused(f"{path}: {error}") from error
    others = f"other sheets of the workbook are not read (--sheet names another): {', '.join(found.others)}"
    notes = (others,) if found.others else ()
    return known(encoding=f"sheet {found.name!r}", container="workbook", head=found.head, sheet=found.name, notes=notes)


def _refuse_other_archive(names: Collection[str]) -> None:
    if _WORD_PART in names:
        raise ImportRefused("it is a Word document: copy its table into a workbook and save that as .xlsx")
    if not _WORKBOOK_PARTS & set(names):
        raise ImportRefused("it is a zip archive: unpack it and import the file with the posts")


def _named_in(members: Sequence[str]) -> str:
    shown = ", ".join(name.rpartition("/")[2] for name in members[:_SHOWN_FILES])
    more = f" and {len(members) - _SHOWN_FILES} more" if len(members) > _SHOWN_FILES else ""
    return f"read in it: {shown}{more}"


def _fingerprint(path: Path) -> tuple[str, int, bytes]:
    """Hash the file's bytes, and keep its beginning."""
    if path.is_dir():
        raise ImportRefused(f"{path} is a folder: name one file in it")
    if path.exists() and not path.is_file():
        raise ImportRefused(f"{path} is not a file: save the posts as a file first")
    digest, size_bytes, start = hashlib.sha256(), 0, b""
    try:
        with path.open("rb") as file:
            while chunk := file.read(READ_BYTES):
                start = start or chunk[:HEAD_BYTES]
                digest.update(chunk)
                size_bytes += len(chunk)
    except OSError as error:
        raise _unreadable(path, error) from error
    return digest.hexdigest(), size_bytes, start


def _unreadable(path: Path, error: OSError) -> ImportRefused:
    if isinstance(error, FileNotFoundError):
        return ImportRefused(f"there is no file {path}: check its name")
    return ImportRefused(f"cannot read {path}: {error.strerror}")


def _decompressed_head(path: Path) -> bytes:
    head = bytearray()
    try:
        with gzip.open(path) as file:
            while len(head) < HEAD_BYTES and (chunk := file.read1(HEAD_BYTES - len(head))):
                head += chunk
    except (EOFError, OSError, zlib.error) as error:
        # A file that was cut later on is read as far as it goes; its last refusal will say so.
        if not head:
            raise ImportRefused(f"{path} is a damaged gzip file: copy or export it again") from error
    return bytes(head)


def _refuse_binary(path: Path, head: bytes) -> None:
    for magic, kind in _BINARY_KINDS:
        if head.startswith(magic):
            raise ImportRefused(f"{path} is {kind}: save it as CSV (UTF-8) and import that")
    controls = len(_CONTROL.findall(head))
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return
    if controls > _FEW_CONTROLS and controls > len(head) * _MOST_CONTROL_SHARE:
        raise ImportRefused(f"{path} is not a text file: save it as CSV (UTF-8) and import that")


def _encoding(path: Path, head: bytes) -> str:
    for bom, name in _BOMS:
        if head.startswith(bom) and (name == "utf-8-sig" or b"\0" in head):
            return name
    text = _decode(head, "utf-8")
    bad = sum("\udc80" <= char <= "\udcff" for char in text)
    good = sum(not char.isascii() for char in text) - bad
    if good >= bad:
        return "utf-8"  # a few damaged lines are refused one by one; other encodings hardly ever read as UTF-8
    try:
        if _reads_as_vietnamese(codecs.getincrementaldecoder("cp1258")().decode(head)):
            return "cp1258"
    except UnicodeDecodeError:
        pass
    raise ImportRefused(f"{path} is in no known encoding (UTF-8, UTF-16, Windows-1258): save it as CSV UTF-8")


def _reads_as_vietnamese(text: str) -> bool:
    """Tell windows-1258 from older encodings, which decode without an error into symbols and foreign letters."""
    foreign = [char for char in text if not char.isascii() and unicodedata.category(char)[0] not in "PZ"]
    plausible = sum(
        unicodedata.normalize("NFD", char.lower())[0] in _VIETNAMESE_LETTERS
        or char.lower() in _VIETNAMESE_LETTERS
        or char in _VIETNAMESE_MARKS
        for char in foreign
    )
    return plausible >= len(foreign) * _LEAST_VIETNAMESE_SHARE


def _decode(head: bytes, encoding: str) -> str:
    decoder = codecs.getincrementaldecoder(encoding)(errors=_error_handler(encoding))
    return decoder.decode(head)


def _error_handler(encoding: str) -> str:
    return "surrogatepass" if encoding.startswith("utf-16") else "surrogateescape"


def _container(path: Path, head: str, wanted: Collection[str]) -> Container:
    start = head.lstrip()
    suffix = Path(path.name.lower().removesuffix(".gz")).suffix
    if _WEB_PAGE.match(start):
        raise ImportRefused(f"{path} is a web page or XML: save it as CSV (UTF-8) and import that")
    lines = list(islice(filter(str.strip, head.split("\n")), _PROBED_LINES))
    objects = [each for each in map(_object_of, lines) if each is not None]
    first = _object_of(lines[0]) if lines else None  # spaces of other alphabets are no line
    if start.startswith(("[", "{")) and (len(lines) == 1 or first is None) and _is_document(first, head, wanted):
        return "json"
    if objects and (start.startswith("{") or suffix in _JSON_SUFFIXES):
        return "jsonl"
    if start.startswith("{") and suffix in _JSON_LINES_SUFFIXES:
        return "jsonl"
    if start.startswith(("[", "{")) and (suffix == ".json" or _BEGINS_DOCUMENT.match(start)):
        return "json"
    if suffix in _JSON_SUFFIXES:
        raise ImportRefused(f"{path} is named like JSON lines and holds none: write one JSON object a line, or CSV")
    return "csv"


def _is_document(first: Mapping[str, Any] | None, head: str, wanted: Collection[str]) -> bool:
    """Tell a document from JSON lines: its first line is no object with a text, and it has a list of such objects."""
    own = names_of(first) if first else frozenset[str]()
    return not own & {*known_names("text"), *map(column_key, wanted)} and holds_objects(head, wanted)


def _object_of(line: str) -> Mapping[str, Any] | None:
    payload = read_json(line)
    return payload if isinstance(payload, dict) else None
