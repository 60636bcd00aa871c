"""Exports of Telegram Desktop: public channels and groups, and nothing private."""

import json
import tracemalloc
from typing import Any

import pytest

from monitor.collectors.base import PublicPost
from monitor.collectors.files.base import (
    ENDED_EARLY,
    NO_ID,
    NO_TEXT,
    NOT_AN_OBJECT,
    SERVICE_MESSAGE,
    Refusal,
)
from monitor.collectors.files.formats import open_file
from monitor.errors import ImportRefused
from tests.examples import examples_of
from tests.monitor.collectors.files.conftest import Read, Write

EXAMPLES = examples_of(__file__)


def message(number: int, **changes: Any) -> dict[str, Any]:
    values = {
        "id": number,
        "type": "message",
        "date": "2026-11-24T10:00:00",
        "date_unixtime": "1700000000",
        "from": "Kênh khu công nghiệp",
        "from_id": "channel42",
        "text": f"Tin số {number}",
        "text_entities": [],
    }
    return values | changes


def export(*messages: object, kind: str = "public_channel", indent: int | None = 1, **more: Any) -> str:
    document = {"name": "Kênh khu công nghiệp", "type": kind, "id": 42, "messages": list(messages), **more}
    return json.dumps(document, ensure_ascii=False, indent=indent)


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("name", ["result.json", "result.txt", "result.jsonl"])
def test_a_public_channel_is_read_however_it_is_laid_out(indent: int | None, name: str, write: Write) -> None:
    file = open_file(write(name, export(message(7, edited_unixtime="1700000060"), message(8), indent=indent)))
    first, second = file.rows()
    assert (file.format, file.columns) == ("telegram_export", ())
    assert isinstance(first, PublicPost)
    assert isinstance(second, PublicPost)
    assert (first.external_id, first.text, first.author) == ("42/7", "Tin số 7", "channel42")
    assert first.edited_at is not None
    assert (first.published_at.isoformat(), first.published_raw) == ("2023-11-14T22:13:20+00:00", "1700000000")
    assert (first.edited_at - first.published_at).seconds == 60
    assert second.edited_at is None


@pytest.mark.parametrize("example", EXAMPLES["texts"], ids=["pieces and links", "poll"])
def test_a_text_is_joined_of_its_pieces(read: Read, example: dict[str, Any]) -> None:
    assert read("result.json", export(message(1, **example["changes"]))).post.text == example["text"]


def test_what_is_no_post_is_refused_with_its_line(write: Write) -> None:
    path = write(
        "result.json",
        export(
            message(1),
            {"id": 2, "type": "service", "action": "pin_message", "text": ""},
            message(3, text="", photo="photos/1.jpg"),
            "lạc",
            message(5, id=None),
        ),
    )
    lines = path.read_text(encoding="utf-8").split("\n")
    post, *refused = open_file(path).rows()
    assert isinstance(post, PublicPost)
    reasons = [row.reason for row in refused if isinstance(row, Refusal)]
    assert reasons == [SERVICE_MESSAGE, NO_TEXT, NOT_AN_OBJECT, NO_ID]
    assert isinstance(refused[0], Refusal)
    assert lines[refused[0].line].strip() == '"id": 2,'
    assert "pin_message" in refused[0].excerpt


def test_without_the_seconds_the_local_date_is_taken(read: Read) -> None:
    assert read("result.json", export(message(1, date_unixtime=None))).times == ["2026-11-24T03:00:00+00:00"]


@pytest.mark.parametrize("kind", ["personal_chat", "private_group", "private_supergroup", "saved_messages"])
def test_a_chat_that_is_not_public_is_refused_as_a_whole(kind: str, write: Write) -> None:
    with pytest.raises(ImportRefused, match="not public"):
        open_file(write("result.json", export(message(1), kind=kind)))


def test_the_export_of_a_whole_account_is_refused(write: Write) -> None:
    document = {"about": "…", "personal_information": {"user_id": 1}, "chats": {"about": "…", "list": []}}
    with pytest.raises(ImportRefused, match="whole account"):
        open_file(write("result.json", json.dumps(document, indent=1)))


def test_another_document_is_not_taken_for_an_export(write: Write) -> None:
    path = write("other.json", '{\n "messages": "none"\n}')
    with pytest.raises(ImportRefused, match="one JSON document, and none of its lists"):
        open_file(path)
    with pytest.raises(ImportRefused, match="no export of Telegram Desktop"):
        open_file(path, format_name="telegram_export")
    with pytest.raises(ImportRefused, match="--map does not go"):
        open_file(write("result.json", export(message(1))), mapping={"text": "text"})


def test_an_export_that_was_cut_gives_what_is_whole_and_says_so(read: Read) -> None:
    text = export(message(1), message(2))
    opened = read("result.json", text[: text.index("Tin số 2")])
    assert (len(opened.posts), opened.reasons) == (1, [ENDED_EARLY])
    assert opened.refused[0][0] > 5


def test_a_large_export_is_read_in_little_memory(write: Write) -> None:
    path = write("result.json", export(*(message(number, text="xin chào " * 40) for number in range(8_000))))
    file = open_file(path)
    tracemalloc.start()
    count = sum(isinstance(row, PublicPost) for row in file.rows())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 8_000
    assert peak < path.stat().st_size / 3
