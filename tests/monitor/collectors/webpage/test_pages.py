"""What the collector of web pages makes of single pages, discussions, and items that are posts themselves."""

import json
from datetime import timedelta
from typing import Any

import pytest

from monitor.collectors.webpage.page import NO_COPY, read_article
from monitor.errors import PayloadInvalid
from tests.clock import MONDAY_MORNING
from tests.monitor.collectors.collecting import Read, gone, posts, skipped
from tests.monitor.collectors.webpage_samples import START, article, reply
from tests.platforms import WebpageSite
from tests.platforms.webpage_site import LIST_PATH, THREAD_PATH, THREAD_SETTINGS


async def test_page_without_rules_is_read_by_its_looks(read: Read, site: WebpageSite) -> None:
    text = "\n\n".join(
        f"Đoạn {number} kể rằng xe đưa đón công nhân của khu công nghiệp chạy lại." for number in range(9)
    )
    site.json_ld = False
    site.add(article(1, text=text))
    batches = await read("/tin/bai-01.html", {})
    assert "Đoạn 3 kể rằng xe đưa đón" in posts(batches)[0].text
    assert posts(batches)[0].title == "Tin số 1"
    assert posts(batches)[0].published_at == START + timedelta(minutes=1)


async def test_fact_check_becomes_a_post_that_can_serve_as_evidence(read: Read, site: WebpageSite, base: str) -> None:
    site.add(article(8, claim="Uống nước lá tre chữa được say nắng", verdict="Sai sự thật"))
    found = posts(await read("/tin/bai-08.html", {"detail": {"body": ".noi-dung"}}))
    assert len(found) == 2
    assert found[1].text == (
        "Tuyên bố được kiểm chứng: Uống nước lá tre chữa được say nắng\n"
        "Kết luận: Sai sự thật\nĐơn vị kiểm chứng: Trang Kiểm chứng Mẫu"
    )
    assert found[1].external_id.startswith(f"{base}/tin/bai-08.html#claim-")
    assert (found[1].checked.verdict, found[1].checked.bears) == ("Sai sự thật", "refutes")
    assert found[1].author == "Trang Kiểm chứng Mẫu"
    assert found[1].published_at == START + timedelta(minutes=8)


async def test_single_page_brings_its_edit_under_the_same_name_and_its_removal(
    read: Read, site: WebpageSite, base: str
) -> None:
    settings = {"detail": {"body": ".noi-dung", "remove": [".tin-lien-quan"]}}
    address = f"{base}/tin/bai-02.html"
    first = await read(address, settings)
    unchanged = await read(address, settings, first)
    assert unchanged[-1].unchanged
    assert posts(unchanged) == []
    site.edit("bai-02", "Bản đã đính chính.")
    second = await read(address, settings, [*first, *unchanged])
    assert posts(second)[0].external_id == posts(first)[0].external_id
    assert posts(second)[0].text == "Bản đã đính chính."
    assert posts(second)[0].edited_at == site.clock.now()
    site.delete("bai-02")
    third = await read(address, settings, second)
    assert gone(third) == [address]


@pytest.mark.parametrize(("status", "is_gone"), [(301, True), (302, False)])
async def test_single_page_that_leads_to_the_front_page_is_not_read_as_that(
    read: Read, site: WebpageSite, base: str, status: int, is_gone: bool
) -> None:
    address = f"{base}/tin/bai-02.html"
    first = await read(address, {})
    site.redirects["/tin/bai-02.html"] = (status, "/")
    second = await read(address, {}, first)
    assert posts(second) == []
    assert gone(second) == ([address] if is_gone else [])


async def test_single_page_that_never_was_there_is_one_clear_line(read: Read) -> None:
    with pytest.raises(PayloadInvalid, match="answers 404: check the address"):
        await read("/tin/khong-co.html", {})


async def test_thread_is_read_in_its_order_and_on_from_its_last_page(read: Read, site: WebpageSite, base: str) -> None:
    site.add(*(reply(number) for number in range(1, 7)))
    address = f"{base}{THREAD_PATH}?t=7"
    first = await read(address, THREAD_SETTINGS)
    found = posts(first)
    assert [post.text for post in found] == [f"Ý {number}" for number in range(1, 7)]
    assert [post.external_id for post in found] == [str(100 + number) for number in range(1, 7)]
    assert {post.context for post in found} == {"Ca đêm có nóng không?"}
    assert {post.title for post in found} == {None}
    assert found[0].published_at == START + timedelta(minutes=1)
    assert found[0].author == "toasoan"
    unchanged = await read(address, THREAD_SETTINGS, first)
    assert unchanged[-1].unchanged
    assert site.log[-1].query["page"] == "2"
    site.add(reply(7), reply(8), reply(9))
    second = await read(address, THREAD_SETTINGS, [*first, *unchanged])
    assert [post.text for post in posts(second)] == [f"Ý {number}" for number in (5, 6, 7, 8, 9)]


async def test_long_thread_goes_on_at_the_next_reading(read: Read, site: WebpageSite) -> None:
    site.add(*(reply(number) for number in range(1, 11)))
    settings = {**THREAD_SETTINGS, "list": {**THREAD_SETTINGS["list"], "max_pages": 2}}
    first = await read(f"{THREAD_PATH}?t=7", settings)
    second = await read(f"{THREAD_PATH}?t=7", settings, first)
    assert [len(posts(first)), len(posts(second))] == [8, 2]


async def test_thread_that_lost_its_last_page_is_read_from_its_start(read: Read, site: WebpageSite, base: str) -> None:
    site.add(*(reply(number) for number in range(1, 6)))
    address = f"{base}{THREAD_PATH}?t=7"
    first = await read(address, THREAD_SETTINGS)
    site.delete("105")
    second = await read(address, THREAD_SETTINGS, first)
    assert [post.text for post in posts(second)] == [f"Ý {number}" for number in range(1, 5)]


async def test_items_of_a_list_can_be_the_posts_themselves(read: Read, site: WebpageSite) -> None:
    settings = {
        "mode": "list",
        "fetch_detail": False,
        "list": {"item": "article.tin", "link": "h3 a@href", "max_pages": 1},
        "detail": {"title": "h3", "body": "p", "id": r"h3 a@href | /tin/([\w-]+)\.html"},
    }
    batches = await read(LIST_PATH, settings)
    assert [post.external_id for post in posts(batches)] == ["bai-03", "bai-04", "bai-05", "bai-06"]
    assert posts(batches)[0].title == "Tin số 3"
    assert skipped(batches) == {"no text": 1}
    assert {request.path for request in site.log} == {"/robots.txt", LIST_PATH}


async def test_links_are_relative_to_the_base_that_the_page_names(read_page: Read) -> None:
    body = '<base href="/muc/"><div><a href="tin.html">Một</a><p>Nội dung</p></div>'
    settings = {"mode": "list", "fetch_detail": False, "list": {"item": "div"}, "detail": {"body": "p"}}
    post = posts(await read_page(body, settings))[0]
    assert (post.url or "").endswith("/muc/tin.html")


async def test_canonical_address_names_a_page_unless_it_is_another_host(read_page: Read) -> None:
    body = '<link rel="canonical" href="{}"><p>Nội dung</p>'
    settings = {"detail": {"body": "p"}}
    own = posts(await read_page(body.format("/bai-goc?id=3&utm_source=x"), settings))[0]
    assert own.external_id.endswith("/bai-goc?id=3")
    stranger = posts(await read_page(body.format("https://khac.example/bai"), settings))[0]
    assert "khac.example" not in stranger.external_id


async def test_discussion_that_describes_itself_needs_no_rules(read_page: Read) -> None:
    node = {
        "@type": "DiscussionForumPosting",
        "@id": "#p1",
        "text": "Hỏi về ca đêm",
        "datePublished": "1 giờ trước",
        "comment": [{"@id": "#p2", "text": "Trả lời", "author": {"name": "ban"}}, {"text": "vô danh"}],
    }
    body = f'<h1>Ca đêm</h1><script type="application/ld+json">{json.dumps(node)}</script>'
    batches = await read_page(body, {"mode": "thread"})
    found = posts(batches)
    assert [post.text for post in found] == ["Hỏi về ca đêm", "Trả lời"]
    assert found[0].external_id.startswith("http://127.0.0.1")
    assert found[0].published_at == MONDAY_MORNING - timedelta(hours=1)
    assert (found[0].published_raw, found[0].published_precision) == ("1 giờ trước", "hour")
    assert (found[1].author, found[1].context) == ("ban", "Ca đêm")
    assert skipped(batches) == {"no identifier": 1}


async def test_messages_that_no_tag_closes_hold_few_of_those_behind_them(read_page: Read) -> None:
    body = "".join(f"<div class=post id=p{number}><p>Tin số {number}.</p>" for number in range(40))
    settings = {"mode": "thread", "list": {"item": ".post", "next": ".next"}, "detail": {"id": "@id", "body": "p"}}
    found = posts(await read_page(f"{body}<a class=next href=/2>Tiếp</a>", settings))
    assert [post.text.splitlines()[0] for post in found] == [f"Tin số {number}." for number in range(40)]
    assert max(post.text.count("Tin") for post in found) == 10


async def test_header_that_asks_not_to_be_indexed(read_page: Read) -> None:
    batches = await read_page("<p>x</p>", {}, {"x-robots-tag": "noindex"})
    assert skipped(batches) == {"asks not to be indexed": 1}


@pytest.mark.parametrize(
    ("markup", "headers", "count", "reason"),
    [
        ("<meta name=robots content='noarchive'>", None, 1, NO_COPY),
        ("<meta name=Robots content='max-image-preview:large, NOARCHIVE'>", None, 1, NO_COPY),
        ("", {"x-robots-tag": "noarchive"}, 1, NO_COPY),
        ("<meta name=robots content='noindex,noarchive'>", None, 0, "asks not to be indexed"),
        ("<meta name=robots content='none'>", None, 0, "asks not to be indexed"),
        ("<meta name=robots content='index, follow'>", None, 1, None),
    ],
)
async def test_a_page_that_asks_for_no_copies_is_read_and_not_kept(
    read_page: Read, markup: str, headers: dict[str, str] | None, count: int, reason: str | None
) -> None:
    body = f"<html><head>{markup}</head><body><div class=tin>Nghỉ bù ca đêm</div></body></html>"
    batches = await read_page(body, {"detail": {"body": ".tin"}}, headers)
    assert len(posts(batches)) == count
    assert (reason in skipped(batches)) == (reason is not None)
    assert batches[0].may_be_kept == (reason is None)


async def test_page_that_nests_without_end_is_refused_and_its_data_alone_are_not(read_page: Read) -> None:
    deep = '<script type="application/ld+json">' + "[" * 100_000 + "</script>"
    batches = await read_page(f"<div><p>Đáy</p></div>{deep}", {"detail": {"body": "div"}})
    assert skipped(batches)["unreadable JSON-LD"] == 1
    with pytest.raises(PayloadInvalid, match="inside each other"):
        await read_page("<div>" * 20_000 + deep, {})


@pytest.mark.parametrize("link", ["javascript:alert(1)", "mailto:a@b.example", "http://[", "//", "http://127.0.0.1:x/"])
async def test_links_that_lead_nowhere(read_page: Read, link: str) -> None:
    body = f'<div><a href="{link}">Một</a></div>'
    batches = await read_page(body, {"mode": "list", "list": {"item": "div"}})
    assert posts(batches) == []
    assert "layout drift" in (batches[-1].gap or "")


TEASER = "Công nhân khu công nghiệp được nghỉ bù một ngày. Xem tiếp…"
PARAGRAPHS = [
    f"Đoạn {number}: công đoàn cơ sở cho biết ca đêm của xưởng {number} được nghỉ bù theo thỏa ước ký với công ty."
    for number in range(12)
]


LAYOUTS = {
    "paragraphs": "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS),
    "line breaks": "<br><br>".join(PARAGRAPHS),
    "blocks": "".join(f"<div><span>{paragraph}</span></div>" for paragraph in PARAGRAPHS),
    "sections": "".join(f"<section><h2>Mục</h2>{paragraph}</section>" for paragraph in PARAGRAPHS),
    "a table": f"<table><tr><td>{'<br>'.join(PARAGRAPHS)}</td></tr></table>",
    "a list": f"<ul>{''.join(f'<li>{paragraph}</li>' for paragraph in PARAGRAPHS)}</ul>",
    "quotations": "".join(f"<blockquote>{paragraph}</blockquote>" for paragraph in PARAGRAPHS),
}


def with_body(
    body: str, *, rest: str = "", kind: str = "NewsArticle", shown: str = LAYOUTS["paragraphs"], head: str = ""
) -> str:
    """Write an article of twelve paragraphs whose structured data gives something for its body."""
    key = "text" if kind == "DiscussionForumPosting" else "articleBody"
    node = json.dumps({"@type": kind, "headline": "Nghỉ bù", key: body}, ensure_ascii=False)
    script = head or f'<script type="application/ld+json">{node}</script>'
    return (
        f"<html><head>{script}</head><body><article><h1>Nghỉ bù</h1><div class=noi-dung>{shown}</div>{rest}</article>"
    )


@pytest.mark.parametrize("head", ["", f'<meta property="og:description" content="{TEASER}">'], ids=["JSON-LD", "meta"])
@pytest.mark.parametrize("layout", LAYOUTS)
async def test_a_teaser_replaces_no_article_however_that_is_laid_out(read_page: Read, layout: str, head: str) -> None:
    menu = "".join(f"<li><a href='/{number}'>Mục số {number} của báo</a></li>" for number in range(20))
    markup = with_body(TEASER, rest=f"<nav><ul>{menu}</ul></nav>", shown=LAYOUTS[layout], head=head)
    (post,) = posts(await read_page(markup, {}))
    assert [paragraph for paragraph in PARAGRAPHS if paragraph not in post.text] == []
    assert "Mục số 7" not in post.text


@pytest.mark.parametrize("settings", [{}, {"detail": {"body": ".noi-dung"}}], ids=["by its looks", "by a rule"])
async def test_a_teaser_that_calls_itself_the_body_does_not_replace_the_article(
    read_page: Read, settings: dict[str, Any]
) -> None:
    (post,) = posts(await read_page(with_body(TEASER), settings))
    assert post.text.count("\n") >= len(PARAGRAPHS) - 1
    assert all(paragraph in post.text for paragraph in PARAGRAPHS)


async def test_a_whole_body_stays_whatever_else_the_page_shows(read_page: Read) -> None:
    whole = "\n".join(PARAGRAPHS)
    comments = "".join(f"<div class=comment><p>Bạn đọc {n} viết {'rất dài ' * 30}</p></div>" for n in range(20))
    (post,) = posts(await read_page(with_body(whole, rest=f"<section id=comments>{comments}</section>"), {}))
    assert post.text == whole


async def test_the_opening_of_a_discussion_is_not_an_excerpt_of_its_answers(read_page: Read) -> None:
    (post,) = posts(await read_page(with_body("Ca đêm có nóng không?", kind="DiscussionForumPosting"), {}))
    assert post.text == "Ca đêm có nóng không?"


async def test_a_rule_that_finds_a_scrap_beside_a_teaser_is_a_drift(read_page: Read) -> None:
    settings = {"detail": {"body": "h1"}}
    batches = await read_page(with_body(TEASER), settings)
    assert all(paragraph in posts(batches)[0].text for paragraph in PARAGRAPHS)
    assert "layout drift" in str(batches[-1].gap)
    assert (await read_page(with_body("\n".join(PARAGRAPHS)), settings))[-1].gap is None


def test_the_article_of_a_page_is_found_by_its_looks() -> None:
    text, title = read_article(f"<nav><a href='/'>Trang chủ</a></nav>{with_body(TEASER)}", "https://bao.example/a")
    assert title == "Nghỉ bù"
    assert all(paragraph in text for paragraph in PARAGRAPHS)
    assert "Trang chủ" not in text


@pytest.mark.parametrize("page", ["", "   ", "<html><body><script>var a = 1</script></body></html>"])
def test_a_page_without_text_has_no_article(page: str) -> None:
    assert read_article(page, "https://bao.example/a") == ("", "")
