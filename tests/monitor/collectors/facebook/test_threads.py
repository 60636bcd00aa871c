"""How one's own Threads account is followed: its posts, what others answer in public, removals, and the token."""

from datetime import timedelta
from typing import Any

import pytest

from monitor.collectors.facebook.account import ThreadsAccount
from monitor.collectors.facebook.api import read_entry
from monitor.demo.sites import serve
from monitor.errors import SourceRefused
from tests.clock import MONDAY_MORNING, FakeClock
from tests.monitor.collectors.collecting import Read, gone, numbered, posts, reading, skipped, texts
from tests.platforms import FacebookPost, ThreadsSite

ACCOUNT, TOKEN = "cong_doan.khu_b", "THAAthe-cua-tai-khoan"
START = MONDAY_MORNING - timedelta(days=2)
LISTED = "/v1.0/me/threads"


def post(number: int, **changes: Any) -> FacebookPost:
    values = numbered(number, START, "Thông báo số {}", id=f"{1000 + number}", author=ACCOUNT)
    return FacebookPost(**(values | changes))


def answer(number: int, on: int, **changes: Any) -> FacebookPost:
    return post(
        4000 + number,
        author=f"tho_{number}",
        text=f"Trả lời {number}",
        published_at=START + timedelta(hours=1, minutes=number),
        post=f"{1000 + on}",
        **changes,
    )


@pytest.fixture
def site(clock: FakeClock) -> ThreadsSite:
    return ThreadsSite([post(1), post(2), answer(1, on=1), answer(2, on=1)], clock, account=ACCOUNT, token=TOKEN)


read = reading("threads", name="Tài khoản Công đoàn", path="/v1.0", always={"account": ACCOUNT}, secret=TOKEN)


async def test_posts_and_answers_come_with_author_time_address_and_what_they_answer(read: Read) -> None:
    by_text = {each.text: each for each in posts(await read())}
    assert set(by_text) == {"Thông báo số 1", "Thông báo số 2", "Trả lời 1", "Trả lời 2"}
    said = by_text["Trả lời 2"]
    assert (said.author, said.context) == ("tho_2", "Thông báo số 1")
    assert said.url == "https://www.threads.com/@tho_2/post/5002"
    assert said.published_at == START + timedelta(hours=1, minutes=2)
    assert by_text["Thông báo số 1"].context is None


async def test_only_posts_that_say_they_have_answers_are_asked_for_them(read: Read, site: ThreadsSite) -> None:
    await read()
    assert {request.path for request in site.log if "conversation" in request.path} == {"/v1.0/1001/conversation"}


async def test_later_readings_bring_new_posts_and_new_answers_also_to_known_posts(
    read: Read, site: ThreadsSite
) -> None:
    first = await read()
    site.add(answer(3, on=1), answer(4, on=2), post(3))
    later = await read(first)
    assert {"Trả lời 3", "Trả lời 4", "Thông báo số 3"} <= set(texts(later))
    assert sum(skipped(later).values()) == 0


async def test_answers_may_be_left_out(read: Read, site: ThreadsSite) -> None:
    assert len(posts(await read(comments=False))) == 2
    assert not any("conversation" in request.path for request in site.log)


async def test_long_lists_are_followed_mark_by_mark_to_their_end(read: Read, clock: FakeClock) -> None:
    made = [post(number) for number in range(1, 6)] + [answer(number, on=3) for number in range(1, 6)]
    with serve(ThreadsSite(made, clock, account=ACCOUNT, token=TOKEN, page_size=2)) as base:
        found = await read(backfill_pages=20, at=base)
    assert len({each.external_id for each in posts(found)}) == 10
    assert not any(batch.gap for batch in found)


async def test_what_is_not_for_everybody_is_left_out_and_counted(read: Read, site: ThreadsSite) -> None:
    site.not_public.add("5001")  # an answer that the account hides
    site.nameless.add("5002")  # one by an author who shows it to followers alone
    found = await read()
    assert texts(found) == ["Thông báo số 1", "Thông báo số 2"]
    assert skipped(found)["not public"] == 2


async def test_watched_answers_that_are_taken_away_or_hidden_are_gone(read: Read, site: ThreadsSite) -> None:
    first = await read()
    site.delete("5001")
    site.not_public.add("5002")
    assert set(gone(await read(first, watched=("5001", "5002")))) == {"5001", "5002"}


async def test_a_token_of_another_account_reads_nothing(read: Read, site: ThreadsSite) -> None:
    site.owner = "nguoi_khac"
    with pytest.raises(SourceRefused, match="only an account of your own"):
        await read()
    assert site.seen(LISTED) == []


async def test_a_right_that_is_missing_is_named(read: Read, site: ThreadsSite) -> None:
    site.refused["/v1.0/1001/conversation"] = (403, 10, None)
    with pytest.raises(SourceRefused, match="threads_read_replies"):
        await read()


async def test_a_name_may_be_written_as_readers_see_it(read: Read) -> None:
    assert len(posts(await read(account=f"@{ACCOUNT.upper()}"))) == 4


def test_an_object_without_an_address_has_none() -> None:
    account = ThreadsAccount(
        source="a", base="https://a.example", owner=ACCOUNT, comments=True, backfill_pages=1, max_pages=1
    )
    entry = read_entry({"id": "123456", "text": "Tin", "username": "an", "permalink": "javascript:x"}, account)
    assert entry.post.url is None
