"""The sample platforms answer as the real ones do."""

from datetime import timedelta

import httpx
import pytest

from monitor.demo.sites import FeedSite, MastodonSite, SitePost, serve
from monitor.demo.sites.feed_site import RSS_PATH
from tests.clock import FakeClock

TIMELINE = "/api/v1/timelines/public"


def post(number: int, clock: FakeClock) -> SitePost:
    at = clock.now() + timedelta(minutes=number - 3)
    return SitePost(id=f"p{number}", author="an", text=f"Bài {number}", published_at=at)


def ids(answer: httpx.Response) -> list[str]:
    return [row["content"].removeprefix("<p>Bài ").removesuffix("</p>") for row in answer.json()]


@pytest.fixture
def mastodon(clock: FakeClock) -> MastodonSite:
    return MastodonSite([post(number, clock) for number in range(1, 6)], clock)


def test_time_decides_what_is_shown(clock: FakeClock, mastodon: MastodonSite) -> None:
    with serve(mastodon) as base, httpx.Client(base_url=base, trust_env=False) as web:
        assert ids(web.get(TIMELINE)) == ["3", "2", "1"]
        clock.advance(timedelta(minutes=1))
        assert ids(web.get(TIMELINE)) == ["4", "3", "2", "1"]


def test_log_keeps_what_was_asked(clock: FakeClock, mastodon: MastodonSite) -> None:
    with serve(mastodon) as base:
        httpx.get(f"{base}{TIMELINE}?limit=2", headers={"user-agent": "thử".encode()}, trust_env=False)
    seen = mastodon.log[0]
    assert (seen.method, seen.path, seen.query, seen.time) == ("GET", TIMELINE, {"limit": "2"}, clock.now())


def test_rate_limit_ends_with_its_window(clock: FakeClock, mastodon: MastodonSite) -> None:
    mastodon.rate_limit(1)
    with serve(mastodon) as base, httpx.Client(base_url=base, trust_env=False) as web:
        assert [web.get(TIMELINE).status_code for _ in range(3)] == [200, 429, 429]
        refusal = web.get(TIMELINE)
        assert refusal.json() == {"error": "Too many requests"}
        assert "retry-after" not in refusal.headers
        clock.advance(timedelta(minutes=5))
        assert web.get(TIMELINE).status_code == 200


def test_article_goes_with_its_deletion(clock: FakeClock) -> None:
    site = FeedSite([post(1, clock)], clock)
    with serve(site) as base, httpx.Client(base_url=base, trust_env=False) as web:
        assert "Bài 1" in web.get("/bai/p1.html").text
        site.delete("p1")
        assert web.get("/bai/p1.html").status_code == 404
        assert "bai/p1" not in web.get(RSS_PATH).text


def test_a_given_port_is_used_and_given_back(clock: FakeClock) -> None:
    site = FeedSite([], clock)
    with serve(site) as base:
        port = int(base.rpartition(":")[2])
    with serve(site, port=port) as again:
        assert again == base
        assert httpx.get(f"{again}/", trust_env=False).status_code == 200
