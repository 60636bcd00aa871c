"""A public channel or group that somebody exported with Telegram Desktop (result.json)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from typing import Any, TextIO

from monitor.collectors.base import PublicPost
from monitor.collectors.files.base import NO_ID, NO_TEXT, SERVICE_MESSAGE, Refusal
from monitor.collectors.files.json_document import elements, outline
from monitor.collectors.files.jsonl_file import JsonObject
from monitor.collectors.files.mapping import ColumnMapping
from monitor.collectors.files.places import first_value
from monitor.collectors.files.reading import Look, Row
from monitor.collectors.files.record_post import unless_unstorable
from monitor.collectors.files.sniff import Sniffed
from monitor.collectors.files.values import as_text, optional_text, published
from monitor.collectors.parsing.html_text import abbreviates
from monitor.errors import ImportRefused

_MESSAGES = "messages"
_PUBLIC = "public_"
_WHOLE_ACCOUNT = re.compile(r'"(?:personal_information|chats|left_chats)"\s*:\s*\{')
_SHOWN = {"external_id": "id", "text": "text", "author": "from_id", "published": "date_unixtime"}


@dataclass(frozen=True, slots=True)
class ExportReading:
    """An export of one chat.

    Args:
        chat: Telegram's number of it, which makes the numbers of its messages unique.
        mapping: For showing.

    """

    chat: str
    mapping: ColumnMapping
    columns: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    delimiter: str | None = None
    notes: tuple[str, ...] = ()

    def rows(self, stream: TextIO) -> Iterator[Row]:
        """Give one post or refusal for each message."""
        for item in elements(stream, _MESSAGES):
            yield item if isinstance(item, Refusal) else self._row(item)

    def _row(self, item: JsonObject) -> Row:
        message = item.payload
        number = optional_text(first_value(message, ("id",)))
        text = _text_of(message)
        reason = ""
        if message.get("type") != "message":
            reason = SERVICE_MESSAGE
        elif not number:
            reason = NO_ID
        elif not text.strip():
            reason = NO_TEXT
        if reason:
            return Refusal(item.line, reason, item.excerpt)
        # `date` is in the time of the machine that made the export; the other one is the same everywhere.
        moment, raw_date = published(first_value(message, ("date_unixtime", "date")))
        post = PublicPost(
            external_id=f"{self.chat}/{number}" if self.chat else str(number),
            text=text,
            author=optional_text(first_value(message, ("from_id", "from"))),
            published_at=moment,
            published_raw=raw_date,
            edited_at=_edited(message),
        )
        return unless_unstorable(post, item.line, item.excerpt)


def _edited(message: Mapping[str, Any]) -> datetime | None:
    return published(first_value(message, ("edited_unixtime", "edited")))[0]


def _text_of(message: Mapping[str, Any]) -> str:
    """Join the pieces of a text, with the addresses behind linked words; a poll is its question and answers."""
    text = message.get("text")
    written = "".join(map(_piece, text)) if isinstance(text, list) else _piece(text)
    poll = message.get("poll")
    if written.strip() or not isinstance(poll, dict):
        return written
    answers = poll.get("answers")
    options = [as_text(first_value(answer, ("text",))) for answer in answers] if isinstance(answers, list) else []
    return "\n".join([as_text(first_value(poll, ("question",))), *options])


def _piece(piece: Any) -> str:
    if isinstance(piece, str):
        return piece
    if not isinstance(piece, dict):
        return ""
    label, address = as_text(first_value(piece, ("text",))), as_text(first_value(piece, ("href",)))
    if not address.startswith(("https://", "http://")) or abbreviates(label, address):
        return label
    return f"{label} ({address})"


@dataclass(frozen=True, slots=True)
class TelegramExport:
    """Exports of Telegram Desktop."""

    name: str = "telegram_export"
    maps_columns: bool = False

    def recognises(self, look: Look) -> bool:
        """Recognise the export of one chat, or of a whole account."""
        if look.table is not None:
            return False
        before = outline(StringIO(look.head), _MESSAGES)
        whole = look.container == "json" and _WHOLE_ACCOUNT.search(look.head)
        return bool(whole) or (before is not None and before.keys() >= {"type", "id"})

    def open(self, _sniffed: Sniffed, look: Look, given: Mapping[str, str], /) -> ExportReading:
        """Prepare to read messages; chats that are not public are refused."""
        if given:
            raise ImportRefused("--map does not go with telegram_export, whose fields are fixed: leave it out")
        before = outline(StringIO(look.head), _MESSAGES)
        if before is None and _WHOLE_ACCOUNT.search(look.head):
            raise ImportRefused("it is the export of a whole account, private chats too: export one public channel")
        if before is None:
            raise ImportRefused("it is no export of Telegram Desktop: in the channel, export its history as JSON")
        if not as_text(first_value(before, ("type",))).startswith(_PUBLIC):
            raise ImportRefused("it is an export of a chat that is not public: only public channels and groups may be")
        return ExportReading(as_text(first_value(before, ("id",))), ColumnMapping(_SHOWN))
