"""A file of posts, opened: what it is, how its columns are read, and its posts one by one."""

import hashlib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from monitor.collectors.base import PublicPost
from monitor.collectors.files.base import (
    HALF_CHARACTER,
    MANGLED_ID,
    NO_TEXT,
    NUL_BYTES,
    Record,
    RecordReader,
    Refusal,
    is_storable,
)
from monitor.collectors.files.csv_file import CsvReader, detect_csv
from monitor.collectors.files.jsonl_file import JsonLinesReader
from monitor.collectors.files.mapping import COUNT_FIELDS, ColumnMapping, map_columns
from monitor.collectors.files.sniff import Format, Sniffed, sniff
from monitor.collectors.files.values import (
    as_text,
    is_mangled_id,
    language_tag,
    optional_text,
    parse_count,
    published,
    web_address,
)
from monitor.errors import ImportRefused

_SAMPLED_RECORDS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportFile:
    """One file that can be imported.

    Args:
        path: Where it lies.
        sha256: Of the file's bytes as they lie there, compressed or not.
        size_bytes: Of the same bytes.
        format: `csv` (any delimiter) or `jsonl`.
        encoding: Python's name of it.
        delimiter: What stands between two values of a CSV file; None for JSON lines and for a single column.
        columns: The first row of a CSV file; the keys of the first 200 records of JSON lines.
        mapping: Which column feeds which field.

    """

    path: Path
    sha256: str
    size_bytes: int
    format: Format
    encoding: str
    delimiter: str | None
    columns: tuple[str, ...]
    mapping: ColumnMapping
    sniffed: Sniffed
    reader: RecordReader

    def rows(self) -> Iterator[PublicPost | Refusal]:
        """Read the posts from the beginning, in the file's order, without holding the file in memory.

        Returns:
            Exactly one post or refusal for each record that is not blank.

        Raises:
            ImportRefused: When the file cannot be opened any more.

        """
        with self.sniffed.open() as stream:
            for record in self.reader.records(stream):
                yield record if isinstance(record, Refusal) else to_post(record, self.mapping)

    def sample(self, count: int) -> tuple[PublicPost | Refusal, ...]:
        """Read the first posts, to show what an import would do."""
        return tuple(islice(self.rows(), count))


def open_file(path: Path, *, mapping: Mapping[str, str] | None = None) -> ImportFile:
    """Find out what a file is and how its columns are to be read. The whole file is read once, to hash it.

    Args:
        path: A CSV or JSON-lines file, plain or gzipped.
        mapping: Columns by field, where the guess would be wrong; an empty column leaves a field out.

    Raises:
        ImportRefused: When the file cannot be imported at all.

    """
    sniffed = sniff(path)
    reader: CsvReader | JsonLinesReader
    try:
        reader = detect_csv(sniffed.head) if sniffed.format == "csv" else JsonLinesReader()
        sample = _sample(sniffed, reader)
        columns = reader.columns if isinstance(reader, CsvReader) else _union(sample)
        column_mapping = map_columns(columns, sample, mapping)
    except ImportRefused as error:
        raise ImportRefused(f"{path}: {error}") from error
    return ImportFile(
        path=path,
        sha256=sniffed.sha256,
        size_bytes=sniffed.size_bytes,
        format=sniffed.format,
        encoding=sniffed.encoding,
        delimiter=reader.delimiter if isinstance(reader, CsvReader) else None,
        columns=columns,
        mapping=column_mapping,
        sniffed=sniffed,
        reader=reader,
    )


def _sample(sniffed: Sniffed, reader: RecordReader) -> list[Record]:
    with sniffed.open() as stream:
        items = islice(reader.records(stream), _SAMPLED_RECORDS)
        return [item for item in items if isinstance(item, Record)]


def _union(sample: list[Record]) -> tuple[str, ...]:
    columns = tuple(dict.fromkeys(column for record in sample for column in record.values))
    if not columns:
        raise ImportRefused(f"none of the first {_SAMPLED_RECORDS} lines is a JSON object: write one object a line")
    return columns


def to_post(record: Record, mapping: ColumnMapping) -> PublicPost | Refusal:
    """Turn a record into a post, or say why it cannot be one."""
    text = as_text(mapping.value(record, "text"))
    if not text.strip():
        return Refusal(record.line, NO_TEXT)
    identifier = optional_text(mapping.value(record, "external_id"))
    if identifier and is_mangled_id(identifier):
        return Refusal(record.line, MANGLED_ID)
    moment, raw_date = published(mapping.value(record, "published"))
    post = PublicPost(
        external_id=identifier or _hashed_id(text, moment.isoformat() if moment else raw_date or ""),
        text=text,
        url=web_address(mapping.value(record, "url")),
        author=optional_text(mapping.value(record, "author")),
        title=optional_text(mapping.value(record, "title")),
        context=optional_text(mapping.value(record, "context")),
        published_at=moment,
        published_raw=raw_date,
        language=language_tag(mapping.value(record, "language")),
        engagement=_engagement(record, mapping),
    )
    return _unless_unstorable(record.line, post)


def _hashed_id(text: str, date: str) -> str:
    """Make an identifier from what a post says and when, so that importing a file twice finds the same posts."""
    return hashlib.sha256(f"{unicodedata.normalize('NFC', text)}\0{date}".encode(errors="surrogatepass")).hexdigest()


def _engagement(record: Record, mapping: ColumnMapping) -> dict[str, int]:
    counts = {field: parse_count(mapping.value(record, field)) for field in COUNT_FIELDS}
    return {field: count for field, count in counts.items() if count is not None}


def _unless_unstorable(line: int, post: PublicPost) -> PublicPost | Refusal:
    """Refuse what no database takes: JSON can write NUL and half a character pair as escapes."""
    texts = (post.external_id, post.text, post.url, post.author, post.title, post.context, post.published_raw)
    joined = "\n".join(text for text in texts if text)
    if "\0" in joined:
        return Refusal(line, NUL_BYTES)
    return post if is_storable(joined) else Refusal(line, HALF_CHARACTER)
