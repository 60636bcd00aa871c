"""Guessing passwords is slowed down by address, name and known browser; attempts count before they are checked."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from monitor.desk.web import throttle
from monitor.desk.web.throttle import WINDOW_SECONDS, Count, Throttle, sign_in_counts
from tests.clock import FakeClock

HOME, CAFE = "198.51.100.7", "203.0.113.9"


@pytest.fixture
def guard(clock: FakeClock) -> Throttle:
    return Throttle(clock)


def guess(guard: Throttle, name: str, address: str = CAFE, device: str | None = None, *, times: int = 1) -> float:
    """Fail so many times; give how long the last one had to wait."""
    return [guard.begin(sign_in_counts(address, name, device)).wait for _ in range(times)][-1]


def test_five_failures_from_one_address_close_a_name_to_it_for_the_rest_of_the_window(
    guard: Throttle, clock: FakeClock
) -> None:
    assert guess(guard, "lan") == 0
    clock.advance(60)
    assert guess(guard, "lan", times=4) == 0
    assert guess(guard, "lan") == WINDOW_SECONDS - 60
    clock.advance(WINDOW_SECONDS - 60)
    assert guess(guard, "lan") == 0


def test_a_refused_attempt_does_not_prolong_the_wait(guard: Throttle, clock: FakeClock) -> None:
    guess(guard, "lan", times=5)
    clock.advance(60)
    assert guess(guard, "lan", times=50) == WINDOW_SECONDS - 60


def test_forty_guesses_at_once_are_five(guard: Throttle) -> None:
    with ThreadPoolExecutor(40) as crowd:
        waits = list(crowd.map(lambda _: guess(guard, "lan"), range(40)))
    assert sum(wait == 0 for wait in waits) == 5


def test_a_stranger_elsewhere_does_not_close_a_name_to_its_owner(guard: Throttle) -> None:
    assert guess(guard, "lan", CAFE, times=6) > 0
    assert guess(guard, "lan", HOME) == 0


def test_many_names_from_one_address_are_closed_after_twenty(guard: Throttle) -> None:
    waits = [guess(guard, f"name-{number}") for number in range(25)]
    assert [wait == 0 for wait in waits] == [True] * 20 + [False] * 5
    assert guess(guard, "lan", HOME) == 0


def test_one_name_from_many_addresses_is_closed_to_new_browsers_but_not_to_known_ones(guard: Throttle) -> None:
    waits = [guess(guard, "lan", f"192.0.2.{number}") for number in range(35)]
    assert [wait == 0 for wait in waits] == [True] * 30 + [False] * 5
    assert guess(guard, "lan", HOME) > 0
    assert guess(guard, "lan", HOME, "the mark of a browser") == 0


def test_a_network_of_ipv6_counts_as_one_address(guard: Throttle) -> None:
    waits = [guess(guard, "lan", f"2001:db8::{number:x}") for number in range(6)]
    assert [wait == 0 for wait in waits] == [True] * 5 + [False]
    assert guess(guard, "lan", "2001:db8:0:1::1") == 0
    assert guess(guard, "minh", f"::ffff:{CAFE}", times=5) == 0
    assert guess(guard, "minh", CAFE) > 0


def test_a_right_password_forgets_the_failures_of_the_pair_and_leaves_those_of_the_address(guard: Throttle) -> None:
    guess(guard, "lan", times=4)
    guard.succeeded(guard.begin(sign_in_counts(CAFE, "lan", None)))
    assert guess(guard, "lan", times=5) == 0
    for number in range(11):
        assert guess(guard, f"name-{number}") == 0
    assert guess(guard, "one more") > 0  # 4 + 5 + 11 failures


def test_an_attempt_that_nobody_looked_at_is_no_failure_and_leaves_those_before(guard: Throttle) -> None:
    guess(guard, "lan", times=4)
    for _ in range(3):
        guard.unchecked(guard.begin(sign_in_counts(CAFE, "lan", None)))
    assert guess(guard, "lan") == 0
    assert guess(guard, "lan") > 0


def test_memory_stays_bounded_and_keeps_the_newest(guard: Throttle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "MAX_KEYS", 3)
    for name in ("a", "b", "c", "d"):
        for _ in range(5):
            guard.begin([Count("device", name, 5)])
    assert guard.begin([Count("device", "a", 5)]).wait == 0
    assert guard.begin([Count("device", "d", 5)]).wait > 0
    assert len(guard._times) == 3
