"""When a host wants to hear from us again."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collectors.http.rate_limit import RateLimiter, retry_at
from monitor.errors import RateLimited
from tests.clock import FakeClock

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
IN_TWO_MINUTES = NOW + timedelta(minutes=2)


def test_discourse_tells_it_in_the_body() -> None:
    body = json.dumps({"errors": ["..."], "extras": {"wait_seconds": 120}}).encode()
    assert retry_at({}, body, NOW) == IN_TWO_MINUTES


@pytest.mark.parametrize("headers", [{}, {"retry-after": "soon"}, {"retry-after": "-5"}])
@pytest.mark.parametrize("body", [b"", b"[]", b'{"extras": {"wait_seconds": true}}', b'{"extras": 3}'])
def test_nothing_said(headers: dict[str, str], body: bytes) -> None:
    assert retry_at(headers, body, NOW) is None


@pytest.mark.parametrize("value", ["999999999999", "Tue, 24 Nov 2099 05:02:00 GMT"])
def test_no_host_silences_itself_for_more_than_a_day(value: str) -> None:
    assert retry_at({"retry-after": value}, b"", NOW) == NOW + timedelta(days=1)


def test_time_that_has_passed_means_now() -> None:
    assert retry_at({"x-ratelimit-reset": "2026-11-24T04:00:00Z"}, b"", NOW) == NOW


@given(st.text(max_size=30), st.binary(max_size=40))
def test_whatever_a_host_says_is_read_without_an_error(value: str, body: bytes) -> None:
    found = retry_at({"retry-after": value, "x-ratelimit-reset": value}, body, NOW)
    assert found is None or NOW <= found <= NOW + timedelta(days=1)


async def test_silent_refusals_are_answered_with_doubled_waits_up_to_an_hour(clock: FakeClock) -> None:
    limiter = RateLimiter(clock, 1000, lambda: 0.0)
    waits = []
    for _ in range(9):
        limiter.back_off("a.example", None)
        with pytest.raises(RateLimited) as caught:
            async with limiter.slot("a.example", 0.0):
                pass
        assert caught.value.retry_at is not None
        waits.append((caught.value.retry_at - clock.now()).total_seconds())
    assert waits == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]


async def test_one_host_does_not_hold_up_another(clock: FakeClock) -> None:
    limiter = RateLimiter(clock, 1000, lambda: 1.0)
    for host in ("a.example", "b.example", "a.example"):
        async with limiter.slot(host, 10.0):
            pass
    assert clock.slept == [12.0]


async def test_good_answer_makes_the_next_wait_short_again(clock: FakeClock) -> None:
    limiter = RateLimiter(clock, 1000, lambda: 0.0)
    for _ in range(3):
        limiter.back_off("a.example", None)
    limiter.record_success("a.example", {})
    limiter.back_off("a.example", None)
    with pytest.raises(RateLimited) as caught:
        async with limiter.slot("a.example", 0.0):
            pass
    assert caught.value.retry_at == clock.now() + timedelta(seconds=30)
