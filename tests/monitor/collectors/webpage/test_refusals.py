"""What the collector of web pages does where it is not welcome, and where things break."""

import unicodedata

import pytest

from monitor.demo.sites import serve
from monitor.errors import AddressBlocked, FetchFailed, PayloadInvalid, SourceRefused
from tests.monitor.collectors.collecting import Read, posts, skipped
from tests.monitor.collectors.conftest import ClientFactory
from tests.monitor.collectors.webpage_samples import article, asked
from tests.platforms import WebpageSite
from tests.platforms.webpage_site import LIST_PATH


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
