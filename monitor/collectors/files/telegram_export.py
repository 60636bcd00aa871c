"""A public channel or group that somebody exported with Telegram Desktop (result.json)."""

import re
from collections.abc import Iterator, Mapping
from functools import partial
from io import StringIO
from typing import Any, TextIO

from monitor.collectors.files.base import SERVICE_MESSAGE, Refusal
from monitor.collectors.files.json_objects import JsonObject, elements, outline
from monitor.collectors.files.mapping import ColumnMapping
from monitor.collectors.files.reading import Asked, FileFormat, ImportFile, Row
from monitor.collectors.files.record_post import to_post
from monitor.collectors.files.sniff import Sniffed
from monitor.collectors.files.values import as_text, first_value, optional_text
from monitor.collectors.parsing.html_text import abbreviates
from monitor.errors import ImportRefused

_MESSAGES = "messages"
_PUBLIC = "public_"
_WHOLE_ACCOUNT = re.compile(r'"(?:personal_information|chats|left_chats)"\s*:\s*\{')
_SHOWN = {"external_id": "id", "text": "text", "author": "from_id", "published": "date_unixtime"}


def _rows(chat: str, stream: TextIO) -> Iterator[Row]:
    """Give one post or refusal for each message.

    Args:
        chat: Telegram's number of it, which makes the numbers of its messages unique.
        stream: The document.

    """
    for item in elements(stream, _MESSAGES):
        yield item if isinstance(item, Refusal) else _row(chat, item)


def _row(chat: str, item: JsonObject) -> Row:
    message = item.payload
    if message.get("type") != "message":
        return Refusal(item.line, SERVICE_MESSAGE, item.excerpt)
    number = optional_text(first_value(message, ("id",)))
    said = {
        "external_id": f"{chat}/{number}" if number and chat else number,
        "text": _text_of(message),
        "author": first_value(message, ("from_id", "from")),
        # `date` is in the time of the machine that made the export; the other one is the same everywhere.
        "published": first_value(message, ("date_unixtime", "date")),
        "edited": first_value(message, ("edited_unixtime", "edited")),
    }
    return to_post(said, item.line, item.excerpt)


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


def _is_export(sniffed: Sniffed) -> bool:
    """Recognise the export of one chat, or of a whole account."""
    if sniffed.columns:
        return False
    before = outline(StringIO(sniffed.head), _MESSAGES)
    whole = sniffed.container == "json" and _WHOLE_ACCOUNT.search(sniffed.head)
    return bool(whole) or (before is not None and before.keys() >= {"type", "id"})


def _open(sniffed: Sniffed, asked: Asked) -> ImportFile:
    """Prepare to read messages; chats that are not public are refused."""
    if asked.columns:
        raise ImportRefused("--map does not go with telegram_export, whose fields are fixed: leave it out")
    before = outline(StringIO(sniffed.head), _MESSAGES)
    if before is None and _WHOLE_ACCOUNT.search(sniffed.head):
        raise ImportRefused("it is the export of a whole account, private chats too: export one public channel")
    if before is None:
        raise ImportRefused("it is no export of Telegram Desktop: in the channel, export its history as JSON")
    if not as_text(first_value(before, ("type",))).startswith(_PUBLIC):
        raise ImportRefused("it is an export of a chat that is not public: only public channels and groups may be")
    chat = as_text(first_value(before, ("id",)))
    return ImportFile(sniffed=sniffed, read=partial(_rows, chat), mapping=ColumnMapping(_SHOWN))


TELEGRAM_EXPORT = FileFormat(name="telegram_export", recognises=_is_export, open=_open, maps_columns=False)
