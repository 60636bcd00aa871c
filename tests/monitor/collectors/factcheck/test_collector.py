"""Fact checks by Google's API: words, publishers and pages; verdicts; refusals that do not name the key."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.errors import PayloadInvalid
from tests.clock import MONDAY_MORNING, FakeClock
from tests.monitor.collectors.collecting import Read, posts, reading
from tests.monitor.collectors.platform_samples import check
from tests.platforms import FactCheckSite

KEY = "AIza-khoa_mau.1"
SEARCH = "/v1alpha1/claims:search"


@pytest.fixture
def site(clock: FakeClock) -> FactCheckSite:
    checks = [check(1), check(2), replace(check(3), rating="Đúng", site="khac.example", author="Báo Khác")]
    old = replace(check(4), published_at=MONDAY_MORNING - timedelta(days=200))
    return FactCheckSite([*checks, old], clock, key=KEY, page_size=2)


read = reading("factcheck", name="kiểm chứng", path="", secret=KEY)


async def test_check_as_it_is_kept(read: Read) -> None:
    found = posts(await read(queries=["tin đồn số 1"]))
    assert len(found) == 1
    one = found[0]
    assert one.text == "Tuyên bố được kiểm chứng: Tin đồn số 1\nKết luận: Sai\nĐơn vị kiểm chứng: Nhóm Soi Tin"
    assert (one.url, one.author, one.language) == ("https://soitin.example/c1", "Nhóm Soi Tin", "vi")
    assert one.published_at == MONDAY_MORNING - timedelta(minutes=59)
    assert (one.checked.claim, one.checked.verdict, one.checked.bears) == ("Tin đồn số 1", "Sai", "refutes")


async def test_all_pages_of_the_last_days_are_read(read: Read, site: FactCheckSite) -> None:
    found = posts(await read(queries=["tin đồn"], days=30))
    assert len({post.external_id for post in found}) == 3
    queries = [request.query for request in site.log if request.path == SEARCH]
    assert [query.get("pageToken") for query in queries] == [None, "2"]
    assert (queries[0]["languageCode"], queries[0]["maxAgeDays"]) == ("vi", "30")
    assert all("key" not in query for query in queries)


async def test_a_publisher_is_a_search_of_its_own(read: Read) -> None:
    batches = await read(queries=["không có"], publishers=["khac.example"])
    assert [post.checked.bears for post in posts(batches) if post.checked] == ["supports"]
    assert len(batches) == 2


async def test_more_pages_than_allowed_are_a_gap(read: Read) -> None:
    (batch,) = await read(queries=["tin đồn"], max_pages=1)
    assert "max_pages" in (batch.gap or "")


async def test_an_answer_of_something_else_is_refused(read: Read, base: str) -> None:
    with pytest.raises(PayloadInvalid):
        await read(at=f"{base}/khac", queries=["x"])
