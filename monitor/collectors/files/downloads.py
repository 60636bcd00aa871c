"""Downloads of an account from Facebook and TikTok: the archive as it was given, or one JSON file of it."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Final, TextIO

from monitor.collectors.files.archive import DAMAGED
from monitor.collectors.files.base import BROKEN_DOCUMENT, NOT_JSON, Record, Refusal, excerpt_of
from monitor.collectors.files.download_entries import (
    MOST_BYTES,
    Entry,
    Platform,
    entries_of,
    platform_of_document,
)
from monitor.collectors.files.jsonl_file import json_objects
from monitor.collectors.files.mapping import ColumnMapping
from monitor.collectors.files.reading import FileFormat, Look, Reading, Row
from monitor.collectors.files.record_post import to_post
from monitor.collectors.files.row_identity import RowIdentities
from monitor.collectors.files.sniff import Sniffed
from monitor.collectors.files.values import published_in_utc
from monitor.collectors.parsing.json_models import bounded_integer, parse_json
from monitor.errors import ImportRefused

_SHOWN: Final = ColumnMapping(
    {"text": "text", "context": "group", "url": "url", "author": "author", "published": "date"}
)
_TOO_LARGE = f"document of more than {MOST_BYTES:,} characters"
_AUDIENCE = "the download does not say who may see a post: import it only where that is everybody, or its author agrees"
_FACEBOOK = re.compile(
    r'\{\s*"(?:comments_v2|group_comments_v2|group_posts_v2|comments|status_updates)"\s*:\s*\['
    r'(?:\s*\{\s*"(?:timestamp|data|attachments|title)"|\s*\])'
)
_TIKTOK = re.compile(r'"CommentsList"\s*:|"(?:Your )?Activity"\s*:\s*\{|"ProfileMap"\s*:\s*\{')


def _rows(platform: Platform, stream: TextIO, *, is_archive: bool) -> Iterator[Row]:
    """Give one post or refusal for each post and comment of the account."""
    with RowIdentities() as identities:
        for line, entry in _of_lines(stream) if is_archive else _of_document(platform, stream):
            yield entry if isinstance(entry, Refusal) else _row(line, entry, identities)


def _of_lines(stream: TextIO) -> Iterator[tuple[int, Entry | Refusal]]:
    """Read an archive, of which each line is an entry already."""
    for item in json_objects(stream):
        yield item.line, item if isinstance(item, Refusal) else dict(item.payload)


def _of_document(platform: Platform, stream: TextIO) -> Iterator[tuple[int, Entry | Refusal]]:
    document = _parsed(stream)
    if isinstance(document, Refusal):
        yield 1, document
        return
    yield from enumerate(entries_of(document, platform), start=1)


def _row(number: int, entry: Entry, identities: RowIdentities) -> Row:
    excerpt = excerpt_of(entry["text"])
    if entry.get("refused"):
        return Refusal(number, entry["refused"], excerpt)
    # The identifiers of posts that were imported before are made of these names.
    values = {"text": entry["text"], "date": entry["published"]}
    values |= {name: entry.get(name, "") for name in ("context", "url", "author")}
    identify = partial(identities.of, Record(number, values))
    return to_post(entry, number, excerpt, identify=identify, read_date=published_in_utc)


def download(platform: Platform) -> FileFormat:
    """Read what a person downloaded of an account."""
    name = f"{platform}_download"

    def recognises(look: Look) -> bool:
        """Recognise an archive by the names in it, a document by its lists."""
        if look.container == "download":
            return look.platform == platform
        if look.objects and platform_of_document(look.objects[0]) == platform:
            return len(look.objects) == 1
        if look.container != "json":
            return False
        if platform == "facebook":
            return _FACEBOOK.match(look.head.lstrip()) is not None or _begins_with_post(look.head)
        return look.head.lstrip().startswith("{") and _TIKTOK.search(look.head) is not None

    def open_download(_: Sniffed, look: Look, given: Mapping[str, str]) -> Reading:
        if given:
            raise ImportRefused(f"--map does not go with {name}, whose fields are fixed: leave it out")
        if not recognises(look):
            raise ImportRefused(f"it is no download of an account, as {platform} gives it: leave --format out")
        is_archive = look.container == "download"
        notes = ("messages, friends and searches in it are not read",) if is_archive else ()
        audience = (_AUDIENCE,) if platform == "facebook" else ()
        rows = partial(_rows, platform, is_archive=is_archive)
        return Reading(rows=rows, mapping=_SHOWN, notes=(*notes, *audience))

    return FileFormat(name=name, recognises=recognises, open=open_download, maps_columns=False)


def _begins_with_post(head: str) -> bool:
    """Tell whether a list begins with a post as Facebook writes it."""
    start = head.lstrip()
    if not start.startswith("["):
        return False
    try:
        first, _ = json.JSONDecoder(parse_int=bounded_integer).raw_decode(start[1:].lstrip())
    except (ValueError, RecursionError):
        return False
    return platform_of_document([first]) == "facebook"


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
