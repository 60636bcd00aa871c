"""How the collector of web pages follows a list: what is new, changed or missed, other layouts, refusals, faults."""

import unicodedata
from datetime import timedelta

import pytest

from monitor.demo.sites import serve
from monitor.errors import AddressBlocked, FetchFailed, PayloadInvalid, SourceRefused
from tests.clock import FakeClock
from tests.monitor.collectors.collecting import Read, gone, posts, skipped
from tests.monitor.collectors.conftest import ClientFactory
from tests.monitor.collectors.webpage_samples import START, article, asked
from tests.platforms import WebpageSite
from tests.platforms.webpage_site import ARTICLE_SETTINGS, LIST_PATH


async def test_list_is_followed_and_its_articles_are_read_oldest_first(
    read: Read, site: WebpageSite, base: str
) -> None:
    batches = await read()
    assert [post.title for post in posts(batches)] == [f"Tin số {number}" for number in range(1, 7)]
    first = posts(batches)[0]
    assert first.external_id == first.url == f"{base}/tin/bai-01.html"
    assert first.text == "Ban quản lý khu công nghiệp thông báo lần 1.\n\nXe đưa đón chạy lại từ thứ hai."
    assert first.author == "toasoan"
    assert first.published_at == START + timedelta(minutes=1)
    assert first.published_raw == "2026-11-15T02:01:00+00:00"
    assert first.edited_at is None
    assert first.language == "vi"
    assert asked(site)[:4] == ["/robots.txt", LIST_PATH, f"{LIST_PATH}?trang=2", "/tin/bai-01.html"]
    assert asked(site).count("/robots.txt") == 1


async def test_each_article_is_a_batch_with_its_own_page_and_cursor(read: Read, base: str) -> None:
    batches = await read()
    assert [len(batch.posts) for batch in batches] == [1] * 6 + [0]
    assert batches[0].fetched.url.startswith(f"{base}/tin/bai-01.html")
    assert [len((batch.cursor or {})["pages"]) for batch in batches] == [1, 2, 3, 4, 5, 6, 6]
    assert [batch.validators is None for batch in batches] == [True] * 6 + [False]


async def test_stopped_reading_goes_on_where_it_was(read: Read) -> None:
    batches = await read()
    again = await read(last=batches[:2])
    assert [post.title for post in posts(again)] == [f"Tin số {number}" for number in range(3, 7)]


async def test_second_reading_sends_validators_and_opens_nothing(read: Read, site: WebpageSite, base: str) -> None:
    first = await read()
    before = len(site.log)
    second = await read(last=first)
    assert asked(site, before) == [LIST_PATH]
    assert site.log[-1].headers["if-none-match"] == (first[-1].validators or {})[base + LIST_PATH]["etag"]
    assert "if-modified-since" in site.log[-1].headers
    assert second[-1].unchanged
    assert second[-1].validators == first[-1].validators


async def test_new_article_is_read_and_known_ones_are_not(read: Read, site: WebpageSite) -> None:
    site.add(*(article(number) for number in range(7, 12)))
    first = await read()
    site.add(article(12))
    before = len(site.log)
    second = await read(last=first)
    assert [post.title for post in posts(second)] == ["Tin số 12"]
    assert asked(site, before) == [LIST_PATH, f"{LIST_PATH}?trang=2", "/tin/bai-12.html"]
    assert second[-1].gap is None


async def test_pages_above_the_limit_wait_for_the_next_reading(read: Read) -> None:
    settings = {**ARTICLE_SETTINGS, "max_details": 4}
    first = await read(LIST_PATH, settings)
    assert [post.title for post in posts(first)] == [f"Tin số {number}" for number in range(1, 5)]
    second = await read(LIST_PATH, settings, first)
    assert [post.title for post in posts(second)] == ["Tin số 5", "Tin số 6"]


async def test_list_that_ran_past_everything_known_is_a_gap(read: Read, clock: FakeClock, site: WebpageSite) -> None:
    settings = {**ARTICLE_SETTINGS, "list": {**ARTICLE_SETTINGS["list"], "max_pages": 1}}
    first = await read(LIST_PATH, settings)
    assert first[-1].gap is None
    site.add(*(article(number) for number in range(20, 30)))
    second = await read(LIST_PATH, settings, first)
    assert "raise `list.max_pages`" in (second[-1].gap or "")


async def test_next_link_that_leads_in_a_circle_ends(read: Read, site: WebpageSite) -> None:
    settings = {**ARTICLE_SETTINGS, "list": {**ARTICLE_SETTINGS["list"], "next": "nav a@href"}}
    await read(LIST_PATH, settings)
    assert len(site.seen(LIST_PATH)) == 1


async def test_page_that_describes_nothing_is_read_by_the_rules(read: Read, site: WebpageSite) -> None:
    site.json_ld = site.open_graph = False
    post = posts(await read())[0]
    assert post.title == "Tin số 1"
    assert post.author == "toasoan"
    assert post.published_at == START + timedelta(minutes=1)
    assert post.published_raw == "9 giờ 01 ngày 15/11/2026"
    assert "Tin khác" not in post.text


async def test_watched_articles_are_looked_at_again_in_turn(read: Read, site: WebpageSite) -> None:
    first = await read()
    watched = [post.external_id for post in posts(first)]
    site.edit("bai-01", "Đã sửa.")
    site.delete("bai-02")
    before = len(site.log)
    second = await read(last=first, watched=watched)
    looked_at = [path for path in asked(site, before) if path.startswith("/tin/")]
    assert looked_at == [f"/tin/bai-0{number}.html" for number in range(1, 6)]
    assert (posts(second)[0].external_id, posts(second)[0].text) == (watched[0], "Đã sửa.")
    assert gone(second) == [watched[1]]
    before = len(site.log)
    await read(last=second, watched=watched)
    looked_at = [path for path in asked(site, before) if path.startswith("/tin/")]
    assert looked_at == [f"/tin/bai-0{number}.html" for number in (6, 1, 3, 4, 5)]


@pytest.mark.parametrize(("status", "is_gone"), [(301, True), (308, True), (302, False)])
async def test_front_page_in_the_place_of_an_article_is_not_that_article(
    read: Read, site: WebpageSite, status: int, is_gone: bool
) -> None:
    # Nothing tells where an article's text stands, so that whatever looks like text would be taken for it.
    settings = {name: ARTICLE_SETTINGS[name] for name in ("mode", "list")}
    first = await read(LIST_PATH, settings)
    watched = [post.external_id for post in posts(first)]
    site.add(article(7))
    for name in ("bai-02", "bai-07"):
        site.redirects[f"/tin/{name}.html"] = (status, "/")
    before = len(site.log)
    second = await read(LIST_PATH, settings, first, watched)
    assert {"/", "/tin/bai-02.html", "/tin/bai-07.html"} <= set(asked(site, before))
    assert gone(second) == ([watched[1]] if is_gone else [])
    assert {post.external_id for post in posts(second)} <= set(watched) - {watched[1]}
    assert skipped(second) == {"its page leads to the front page": 1}


async def test_redesigned_page_is_reported_once_then_fails_until_it_is_mended(read: Read, site: WebpageSite) -> None:
    first = await read()
    site.redesigned = True
    second = await read(last=first)
    assert (second[-1].gap or "").startswith("layout drift: the pages show no items")
    assert second[-1].validators == {}
    with pytest.raises(
        PayloadInvalid, match=r"layout drift.*second time: correct the rules of source Bàn tin"
    ) as caught:
        await read(last=second)
    assert "\n" not in str(caught.value)
    site.redesigned = False
    site.add(article(9))
    mended = await read(last=second)
    assert mended[-1].gap is None
    assert [post.title for post in posts(mended)] == ["Tin số 9"]
    assert (mended[-1].cursor or {})["drifts"] == 0


async def test_redesign_makes_no_edits_of_what_was_read_before(read: Read, site: WebpageSite) -> None:
    site.add(article(2, claim="Nước lá tre chữa say nắng", verdict="Sai"))
    listed = await read()
    single = {"detail": {"body": ".noi-dung"}}
    alone = await read("/tin/bai-01.html", single)
    site.redesigned = True
    again = await read(last=listed, watched=[post.external_id for post in posts(listed)])
    assert posts(again) == []
    assert skipped(again) == {"its text was not where the rules look for it": 5}
    alone_again = await read("/tin/bai-01.html", single, alone)
    assert posts(alone_again) == []
    assert "layout drift: the text of 1 of the last 1 posts" in (alone_again[-1].gap or "")
    with pytest.raises(PayloadInvalid, match="second time"):
        await read("/tin/bai-01.html", single, alone_again)


async def test_articles_without_text_are_drift_and_read_again_when_it_is_mended(read: Read, site: WebpageSite) -> None:
    for number in range(1, 7):
        site.add(article(number, text="", markup="<span></span>", title=""))
    site.json_ld = site.open_graph = False
    settings = {
        **ARTICLE_SETTINGS,
        "detail": {"body": ".noi-dung p", "remove": [".tin-lien-quan", "h1", "span", "nav"]},
    }
    first = await read(LIST_PATH, settings)
    assert "layout drift: the text of 6 of the last 6 posts" in (first[-1].gap or "")
    assert skipped(first) == {"no text": 6}
    for number in range(1, 7):
        site.add(article(number))
    second = await read(LIST_PATH, settings, first)
    assert len(posts(second)) == 6
    assert second[-1].gap is None


async def test_one_article_without_text_is_no_drift_and_is_not_asked_for_again(read: Read, site: WebpageSite) -> None:
    site.add(article(3, text="", markup="<video></video>", title=""))
    settings = {**ARTICLE_SETTINGS, "detail": {"body": ".noi-dung p", "remove": [".tin-lien-quan", "span", "nav"]}}
    first = await read(LIST_PATH, settings)
    assert first[-1].gap is None
    site.add(article(9))
    before = len(site.log)
    await read(LIST_PATH, settings, first)
    assert "/tin/bai-03.html" not in asked(site, before)


async def test_form_for_signing_in_is_a_refusal(read: Read, site: WebpageSite) -> None:
    site.sign_in = True
    with pytest.raises(SourceRefused, match="asks to sign in"):
        await read()


@pytest.mark.parametrize("status", [401, 403, 451])
async def test_article_that_is_not_for_everybody_stops_the_reading(read: Read, site: WebpageSite, status: int) -> None:
    site.fail("/tin/bai-01.html", status)
    with pytest.raises(SourceRefused, match=f"answers {status}"):
        await read()


async def test_what_robots_txt_forbids_is_not_asked_for(read: Read, site: WebpageSite) -> None:
    site.robots = (200, b"User-agent: *\nDisallow: /tin/\n")
    with pytest.raises(SourceRefused, match=r"robots\.txt"):
        await read()
    assert [path for path in asked(site) if path.startswith("/tin/")] == []


async def test_page_that_asks_not_to_be_indexed_is_left_out(read: Read, site: WebpageSite) -> None:
    site.robots_meta = "NOINDEX, follow"
    batches = await read("/tin/bai-01.html", {})
    assert posts(batches) == []
    assert skipped(batches) == {"asks not to be indexed": 1}
    assert batches[-1].gap is None


async def test_broken_articles_are_counted_and_tried_the_next_time(read: Read, site: WebpageSite) -> None:
    site.fail("/tin/bai-02.html", 500)
    site.fail("/tin/bai-03.html", 410)
    first = await read()
    assert skipped(first) == {"its page could not be read now": 1, "its page answers 410": 1}
    second = await read(last=first)
    assert [post.title for post in posts(second)] == ["Tin số 2"]


async def test_site_where_everything_breaks_is_left_alone(read: Read, site: WebpageSite) -> None:
    for number in range(1, 7):
        site.fail(f"/tin/bai-{number:02d}.html", 500)
    with pytest.raises(FetchFailed, match=r"bai-03\.html.* answers 500"):
        await read()


async def test_article_that_moved_to_another_host_is_left_out(
    read: Read, open_client: ClientFactory, site: WebpageSite
) -> None:
    with serve(WebpageSite([article(1)], site.clock), host="127.0.0.2") as other:
        site.redirects["/tin/bai-01.html"] = (302, f"{other}/tin/bai-01.html")
        async with open_client() as client:
            blocked = await read(client=client)
        async with open_client(allow_addresses=("127.0.0.1", "127.0.0.2")) as client:
            left_out = await read(client=client)
    assert skipped(blocked) == {"its address may not be opened": 1}
    assert skipped(left_out) == {"its page leads to another host": 1}
    assert len(posts(left_out)) == 5


async def test_start_page_that_is_no_web_page(read: Read, site: WebpageSite) -> None:
    site.redirects["/x"] = (302, "/robots.txt")
    site.robots = (200, b"")
    with pytest.raises(PayloadInvalid, match="its page is no HTML"):
        await read("/x", {})


async def test_decomposed_letters_and_other_charsets(read: Read, site: WebpageSite) -> None:
    settings = {"detail": {"body": ".noi-dung p"}}
    decomposed = unicodedata.normalize("NFD", "Người lao động nghỉ việc")
    site.add(article(1, text=decomposed))
    assert posts(await read("/tin/bai-01.html", settings))[0].text == decomposed
    site.charset = "windows-1258"
    site.edit("bai-01", "Công ty nói không")
    assert posts(await read("/tin/bai-01.html", settings))[0].text == "Công ty nói không"


async def test_a_link_to_a_private_address_is_never_followed(read: Read) -> None:
    with pytest.raises(AddressBlocked):
        await read(LIST_PATH, {"start_urls": ["http://169.254.169.254/x"]})
