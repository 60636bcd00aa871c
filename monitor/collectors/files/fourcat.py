"""Files of 4CAT: tables with the columns that it gives every platform, and JSON lines with the platform's own items."""

import html
from collections.abc import Mapping
from dataclasses import dataclass, replace

from monitor.collectors.files.base import REPOST, Record, Refusal
from monitor.collectors.files.columns import ColumnFormat, ColumnReading, PlainJsonLines, Variant
from monitor.collectors.files.platform_items import platform_of
from monitor.collectors.files.reading import Look, Reading
from monitor.collectors.files.sniff import Sniffed
from monitor.collectors.files.values import as_text, optional_text, published_in_utc
from monitor.collectors.files.zeeschuimer import read_captures, unwrap

_MINIMUM = frozenset({"id", "thread_id", "author", "body", "timestamp"})
_YES = frozenset({"yes", "true", "1"})
_TEXT, _TITLE = "body or subject", "subject beside a body"
_ADDRESSES = (
    "url",
    "comment_url",
    "post_url",
    "tiktok_url",
    "tweet_url",
    "instagram_url",
    "facebook_url",
    "permalink",
    "link",
)


def _prepare(record: Record) -> Record | Refusal:
    """Let the heading be the text of a post that has no other; leave out what only passes on another's post on X."""
    body, subject = record.values.get("body"), record.values.get("subject")
    if "is_retweet" in record.values:
        if as_text(record.values.get("is_retweet")).strip().lower() in _YES:
            return Refusal(record.line, REPOST, record.excerpt)
        # 4CAT leaves X's references for `&`, `<` and `>` as they are.
        body = html.unescape(body) if isinstance(body, str) else body
    added = {_TEXT: body, _TITLE: subject} if optional_text(body) else {_TEXT: subject, _TITLE: None}
    return replace(record, values={**record.values, **added})


_TABLE = Variant(
    required=_MINIMUM,
    derived=(_TEXT, _TITLE),
    consumed=frozenset({"body", "subject"}),
    sources={
        "external_id": ("id",),
        "text": (_TEXT,),
        "title": (_TITLE,),
        "context": ("thread_title", "post_body"),
        "url": _ADDRESSES,
        "author": ("author_id", "author", "author_name"),
        "published": ("unix_timestamp", "timestamp"),
        "language": ("language_guess", "language", "lang"),
        "likes": ("likes", "like_count", "num_likes"),
        "comments": ("comments", "comment_count", "num_comments"),
        "shares": ("shares", "share_count", "retweet_count", "num_shares"),
        "replies": ("replies", "reply_count"),
        "views": ("plays", "views", "view_count", "impression_count"),
    },
    prepare=_prepare,
    read_date=published_in_utc,
)
_TABLES = ColumnFormat("fourcat", (_TABLE,))


@dataclass(frozen=True, slots=True)
class FourCat:
    """Files of 4CAT, of either kind."""

    name: str = "fourcat"
    maps_columns: bool = True

    def recognises(self, look: Look) -> bool:
        """Recognise the columns, or items of platforms without any wrapping."""
        if look.table is not None:
            return _TABLES.recognises(look)
        return any(_is_row(payload) or platform_of(payload) for payload in look.objects)

    def open(self, sniffed: Sniffed, look: Look, given: Mapping[str, str]) -> Reading:
        """Prepare to read the table or the items."""
        if look.table is not None:
            return _TABLES.open(sniffed, look, given)
        if any(map(_is_row, look.objects)):
            return self._open_rows(sniffed, look, given)
        return read_captures(sniffed, look, self.name, given)

    @staticmethod
    def _open_rows(sniffed: Sniffed, look: Look, given: Mapping[str, str]) -> ColumnReading:
        keys = tuple(dict.fromkeys(key for payload in look.objects for key in payload))
        known = {field: column for field, column in _TABLE.preset((*keys, _TEXT, _TITLE)).items() if column}
        known |= {"text": "body", "title": "subject" if "subject" in keys else ""}
        reading = PlainJsonLines().open(sniffed, look, {**known, **given})
        return replace(reading, mapping=replace(reading.mapping, given=frozenset(given)), read_date=published_in_utc)


def _is_row(payload: Mapping[str, object]) -> bool:
    return payload.keys() >= _MINIMUM and platform_of(unwrap(payload).data) is None
