"""What YouTube's collector does when it is refused, and how it keeps the key to itself."""

import gzip
from datetime import UTC, datetime

import pytest

from monitor.collectors.http.client import PoliteClient
from monitor.crawl.captures import as_warc
from monitor.errors import PayloadInvalid, RateLimited, SourceRefused
from tests.clock import FakeClock
from tests.monitor.collectors.youtube_samples import CHANNEL, KEY, OTHER, THREADS, TITLE, VIDEO, comment, read
from tests.platforms import YouTubeSite


@pytest.fixture
def site(clock: FakeClock) -> YouTubeSite:
    videos = {VIDEO: TITLE, OTHER: "Bữa ăn ca ở khu B"}
    return YouTubeSite([comment(number) for number in range(1, 4)], videos, clock, key=KEY, channel=CHANNEL)


async def test_key_stands_in_no_address_message_or_proof(
    client: PoliteClient, site: YouTubeSite, base: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", logger="httpx")
    batches = await read(client, base)
    assert all("key" not in request.query for request in site.log)
    kept = [repr(batch).encode() + gzip.decompress(as_warc(batch.fetched)) for batch in batches]
    assert all(VIDEO.encode() in proof for proof in kept)
    assert all(KEY.encode() not in proof for proof in kept)
    assert KEY not in caplog.text
    site.fail(THREADS, 500)
    with pytest.raises(Exception, match="500") as caught:
        await read(client, base)
    assert KEY not in str(caught.value)


async def test_used_up_units_are_new_at_midnight_on_the_pacific_coast(
    client: PoliteClient, site: YouTubeSite, base: str
) -> None:
    site.units = 1
    with pytest.raises(RateLimited, match="units of YouTube's API are used up") as caught:
        await read(client, base)
    assert caught.value.retry_at == datetime(2026, 11, 16, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "reset"),
    [
        (datetime(2027, 7, 1, 6, 59, tzinfo=UTC), datetime(2027, 7, 1, 7, 0, tzinfo=UTC)),
        (datetime(2027, 7, 1, 7, 1, tzinfo=UTC), datetime(2027, 7, 2, 7, 0, tzinfo=UTC)),
        (datetime(2027, 11, 7, 7, 1, tzinfo=UTC), datetime(2027, 11, 8, 8, 0, tzinfo=UTC)),  # the night of the change
    ],
)
async def test_summer_time_counts(
    client: PoliteClient, clock: FakeClock, site: YouTubeSite, base: str, now: datetime, reset: datetime
) -> None:
    clock.advance(now - clock.now())
    site.units = 0
    with pytest.raises(RateLimited) as caught:
        await read(client, base)
    assert caught.value.retry_at == reset


async def test_wrong_key_is_a_refusal_that_does_not_repeat_it(
    client: PoliteClient, site: YouTubeSite, base: str
) -> None:
    site.key = "mot-khoa-khac"
    with pytest.raises(SourceRefused, match=r"does not accept the key .* \[secrets\]") as caught:
        await read(client, base)
    assert KEY not in str(caught.value)


async def test_unknown_channel(client: PoliteClient, base: str) -> None:
    with pytest.raises(PayloadInvalid, match="check `channel`"):
        await read(client, base, channel="UC" + "b" * 22)
