"""How a Telegram channel's preview is followed, with its owner's leave: pages, edits, removals, refusals."""

from typing import Any

import pytest
from starlette.responses import HTMLResponse

from monitor.collectors.base import KnownPost, SourceView
from monitor.collectors.http.client import PoliteClient
from monitor.collectors.telegram.collector import TelegramCollector
from monitor.errors import PayloadInvalid, SourceRefused
from tests.monitor.collectors.collecting import Read, answering, gone
from tests.monitor.collectors.telegram_samples import PERMISSION, PREVIEW, asked, message, numbers
from tests.platforms import TelegramSite


@pytest.mark.parametrize("permission", [None, "", "có phép", " " * 40, "x" * 19, 12345678901234567890123, ["x" * 30]])
async def test_nothing_is_read_without_a_recorded_permission(read: Read, site: TelegramSite, permission: Any) -> None:
    with pytest.raises(SourceRefused, match=r"Telegram's terms forbid .* record in the setting `permission` who gave"):
        await read(permission=permission)
    assert site.log == []


async def test_channel_shorter_than_a_page_is_read_once(read: Read, site: TelegramSite) -> None:
    assert numbers(await read()) == [1, 2, 3, 4, 5]
    assert asked(site) == [{}]


async def test_older_watched_messages_are_found_by_one_page_for_many(read: Read, site: TelegramSite) -> None:
    site.add(*(message(number) for number in range(6, 61)))
    first = await read()
    site.edit("10", "Bản đã sửa")
    site.delete("11")
    before = len(site.log)
    second = await read(first, watched=(60, 12, 11, 10))
    assert gone(second) == ["kenh_khu_b/11"]
    assert [(post.external_id, post.text) for post in second[-1].posts] == [
        ("kenh_khu_b/10", "Bản đã sửa"),
        ("kenh_khu_b/12", "Tin số 12"),
    ]
    requests = [(request.path, dict(request.query)) for request in site.log[before:]]
    assert requests == [
        (PREVIEW, {}),
        (PREVIEW, {"before": "13"}),
        ("/kenh_khu_b/11", {"embed": "1"}),
    ]


async def test_deleted_newest_message_is_confirmed_before_it_is_called_gone(read: Read, site: TelegramSite) -> None:
    first = await read()
    site.delete("5")
    assert gone(await read(first, watched=(5, 4))) == ["kenh_khu_b/5"]
    assert len(site.seen("/kenh_khu_b/5")) == 1


async def test_emptied_channel_loses_its_watched_messages(read: Read, site: TelegramSite) -> None:
    first = await read()
    for number in range(1, 6):
        site.delete(str(number))
    assert sorted(gone(await read(first, watched=(1, 5)))) == ["kenh_khu_b/1", "kenh_khu_b/5"]


async def test_channel_without_a_preview_is_a_refusal(read: Read, site: TelegramSite) -> None:
    site.preview = False
    with pytest.raises(SourceRefused, match=r"no public preview .* ask its owner for an export"):
        await read()


async def test_recheck_that_is_answered_by_nothing_readable_is_an_error_of_ours(
    client: PoliteClient, site: TelegramSite, base: str
) -> None:
    site.fail(PREVIEW, 418)
    view = SourceView(name="Kênh", address=f"{base}{PREVIEW}", settings={"permission": PERMISSION})
    known = [KnownPost(external_id="kenh_khu_b/2", url=None)]
    with pytest.raises(PayloadInvalid, match="418"):
        [batch async for batch in TelegramCollector().recheck(view, client, known)]


async def test_single_page_that_says_nothing_makes_no_message_gone(read: Read) -> None:
    row = '<link rel="prev"><div class="tgme_widget_message" data-post="kenh_khu_b/9"></div>'
    answers = {PREVIEW: HTMLResponse(row), "/kenh_khu_b/{number}": HTMLResponse("<html></html>")}
    with answering(answers) as base, pytest.raises(PayloadInvalid, match="nor that it is gone"):
        await read(watched=(8,), backfill_pages=1, at=base)
