"""Downloads of an account from Facebook and TikTok: the archive as it was given, or one JSON file of it."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, BinaryIO, Final, TextIO, cast

from monitor.collectors.files.archive import DAMAGED
from monitor.collectors.files.base import BROKEN_DOCUMENT, NOT_JSON, Record, Refusal, excerpt_of
from monitor.collectors.files.download_entries import (
    FACEBOOK,
    MOST_BYTES,
    TIKTOK,
    Entry,
    archive_entries,
    entries_of,
    platform_of_document,
)
from monitor.collectors.files.file_dates import DateReader
from monitor.collectors.files.mapping import ColumnMapping
from monitor.collectors.files.reading import Asked, FileFormat, ImportFile, Row
from monitor.collectors.files.record_post import to_post
from monitor.collectors.files.row_identity import RowIdentities
from monitor.collectors.files.sniff import Sniffed
from monitor.collectors.files.values import as_text
from monitor.collectors.parsing.json_models import bounded_integer, parse_json
from monitor.errors import ImportRefused

_SHOWN: Final = ColumnMapping(
    {"text": "text", "context": "group", "url": "url", "author": "author", "published": "date"}
)
_TOO_LARGE = f"document of more than {MOST_BYTES:,} characters"
_AUDIENCE = (
    "where the download does not say who may see a post: import it only where that is everybody, or its author agrees"
)
_BEGINNINGS: Mapping[str, re.Pattern[str]] = {
    FACEBOOK: re.compile(
        r'\{\s*"(?:comments_v2|group_comments_v2|group_posts_v2|comments|status_updates)"\s*:\s*\['
        r'(?:\s*\{\s*"(?:timestamp|data|attachments|title)"|\s*\])'
    ),
    TIKTOK: re.compile(
        r'\{(?=.*(?:"CommentsList"\s*:|"(?:Your )?Activity"\s*:\s*\{|"ProfileMap"\s*:\s*\{))', re.DOTALL
    ),
}


def download(name: str) -> FileFormat:
    """Read what a person downloaded of an account."""

    def recognises(sniffed: Sniffed) -> bool:
        """Recognise an archive by the names in it, a document by its lists."""
        if sniffed.container == "download":
            return sniffed.platform == name
        if sniffed.objects and platform_of_document(sniffed.objects[0]) == name:
            return len(sniffed.objects) == 1
        if sniffed.container != "json":
            return False
        return _BEGINNINGS[name].match(sniffed.head.lstrip()) is not None or _begins_with_post(sniffed.head, name)

    def open_download(sniffed: Sniffed, asked: Asked) -> ImportFile:
        if asked.columns:
            raise ImportRefused(f"--map does not go with {name}, whose fields are fixed: leave it out")
        if not recognises(sniffed):
            raise ImportRefused(f"it is no {name.replace('_', ' ')} of an account: leave --format out")
        is_archive = sniffed.container == "download"
        notes = ("messages, friends and searches in it are not read",) if is_archive else ()
        audience = (_AUDIENCE,) if name == FACEBOOK else ()
        rows = partial(_rows, name, is_archive=is_archive)
        return ImportFile(sniffed=sniffed, read=rows, mapping=_SHOWN, notes=(*notes, *audience))

    return FileFormat(name=name, recognises=recognises, open=open_download, maps_columns=False)


def _begins_with_post(head: str, name: str) -> bool:
    """Tell whether a list begins with a post as Facebook writes it."""
    start = head.lstrip()
    if not start.startswith("["):
        return False
    try:
        first, _ = json.JSONDecoder(parse_int=bounded_integer).raw_decode(start[1:].lstrip())
    except (ValueError, RecursionError):
        return False
    return platform_of_document([first]) == name


def _rows(name: str, stream: TextIO, *, is_archive: bool) -> Iterator[Row]:
    """Give one post or refusal for each post and comment of the account."""
    entries = archive_entries(cast("BinaryIO", stream)) if is_archive else _of_document(name, stream)
    with RowIdentities() as identities:
        for number, entry in enumerate(entries, start=1):
            yield entry if isinstance(entry, Refusal) else _row(number, entry, identities)


def _of_document(name: str, stream: TextIO) -> Iterator[Entry | Refusal]:
    document = _parsed(stream)
    if isinstance(document, Refusal):
        yield document
    else:
        yield from entries_of(document, name)


def _parsed(stream: TextIO) -> Any:
    try:
        text = stream.read(MOST_BYTES + 1)
    except DAMAGED:
        return Refusal(1, BROKEN_DOCUMENT)
    if len(text) > MOST_BYTES:
        return Refusal(1, _TOO_LARGE, excerpt_of(text))
    try:
        return parse_json(text)
    except ValueError:
        return Refusal(1, NOT_JSON, excerpt_of(text))


def _row(number: int, entry: Entry, identities: RowIdentities) -> Row:
    excerpt = excerpt_of(as_text(entry.get("text")))
    if entry.get("refused"):
        return Refusal(number, as_text(entry["refused"]), excerpt)
    # The identifiers of posts that were imported before are made of these names.
    values = {"text": entry.get("text"), "date": entry.get("published")}
    values |= {field: entry.get(field) for field in ("context", "url", "author")}
    identify = partial(identities.of, Record(number, values))
    return to_post(entry, number, excerpt, identify=identify, read_date=DateReader(in_utc=True))
