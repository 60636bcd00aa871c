"""Downloads of an account from Facebook and TikTok: the archive as it was given, or one JSON file of it."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Final, TextIO

from monitor.collectors.base import PublicPost
from monitor.collectors.files.archive import DAMAGED
from monitor.collectors.files.base import BROKEN_DOCUMENT, NO_TEXT, NOT_JSON, Record, Refusal, excerpt_of
from monitor.collectors.files.download_entries import (
    MOST_BYTES,
    Entry,
    Platform,
    entries_of,
    platform_of_document,
)
from monitor.collectors.files.jsonl_file import json_objects
from monitor.collectors.files.mapping import ColumnMapping
from monitor.collectors.files.reading import Look, Row
from monitor.collectors.files.record_post import unless_unstorable
from monitor.collectors.files.row_identity import RowIdentities
from monitor.collectors.files.sniff import Sniffed
from monitor.collectors.files.values import optional_text, parse_count, web_address
from monitor.collectors.parsing.dates import parse_date
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


@dataclass(frozen=True, slots=True)
class DownloadReading:
    """A download.

    Args:
        platform: Where the account is.
        is_archive: Whether each line of the stream is an entry already.
        notes: What a person should know.
        mapping: For showing.

    """

    platform: Platform
    is_archive: bool
    notes: tuple[str, ...] = ()
    mapping: ColumnMapping = _SHOWN
    columns: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    delimiter: str | None = None

    def rows(self, stream: TextIO) -> Iterator[Row]:
        """Give one post or refusal for each post and comment of the account."""
        entries = self._of_lines(stream) if self.is_archive else self._of_document(stream)
        with RowIdentities() as identities:
            for line, entry in entries:
                yield entry if isinstance(entry, Refusal) else self._row(line, entry, identities)

    @staticmethod
    def _of_lines(stream: TextIO) -> Iterator[tuple[int, Entry | Refusal]]:
        for item in json_objects(stream):
            yield item.line, item if isinstance(item, Refusal) else Entry(**item.payload)

    def _of_document(self, stream: TextIO) -> Iterator[tuple[int, Entry | Refusal]]:
        document = _parsed(stream)
        if isinstance(document, Refusal):
            yield 1, document
            return
        yield from enumerate(entries_of(document, self.platform), start=1)

    def _row(self, number: int, entry: Entry, identities: RowIdentities) -> Row:
        excerpt = excerpt_of(entry.text)
        reason = entry.refused or ("" if entry.text.strip() else NO_TEXT)
        if reason:
            return Refusal(number, reason, excerpt)
        values = {"text": entry.text, "date": entry.date, "context": entry.context, "url": entry.url}
        likes = parse_count(entry.likes)
        post = PublicPost(
            external_id=identities.of(Record(number, {**values, "author": entry.author})),
            text=entry.text,
            url=web_address(entry.url),
            author=optional_text(entry.author),
            context=optional_text(entry.context),
            published_at=parse_date(entry.date, default_zone=UTC),
            published_raw=optional_text(entry.date),
            engagement={} if likes is None else {"likes": likes},
        )
        return unless_unstorable(post, number, excerpt)


@dataclass(frozen=True, slots=True)
class Download:
    """Downloads of one platform."""

    name: str
    platform: Platform
    maps_columns: bool = False

    def recognises(self, look: Look) -> bool:
        """Recognise an archive by the names in it, a document by its lists."""
        if look.container == "download":
            return look.platform == self.platform
        if look.objects and platform_of_document(look.objects[0]) == self.platform:
            return len(look.objects) == 1
        if look.container != "json":
            return False
        if self.platform == "facebook":
            return _FACEBOOK.match(look.head.lstrip()) is not None or _begins_with_post(look.head)
        return look.head.lstrip().startswith("{") and _TIKTOK.search(look.head) is not None

    def open(self, _sniffed: Sniffed, look: Look, given: Mapping[str, str], /) -> DownloadReading:
        """Prepare to read posts and comments.

        Raises:
            ImportRefused: When it is no download of this platform, or a person wants to map columns.

        """
        if given:
            raise ImportRefused(f"--map does not go with {self.name}, whose fields are fixed: leave it out")
        if not self.recognises(look):
            raise ImportRefused(f"it is no download of an account, as {self.platform} gives it: leave --format out")
        notes = ("messages, friends and searches in it are not read",) if look.container == "download" else ()
        audience = (_AUDIENCE,) if self.platform == "facebook" else ()
        return DownloadReading(self.platform, look.container == "download", (*notes, *audience))


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
