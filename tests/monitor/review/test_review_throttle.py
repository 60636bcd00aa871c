"""Guessing passwords is slowed down, name by name."""

import pytest

from monitor.review import throttle
from monitor.review.throttle import MAX_FAILURES, WINDOW_SECONDS, Throttle
from tests.clock import FakeClock


def fail(guard: Throttle, name: str, times: int) -> None:
    for _ in range(times):
        guard.note_failure(name)


def test_five_failures_close_a_name_for_the_rest_of_the_window(clock: FakeClock) -> None:
    guard = Throttle(clock)
    fail(guard, "lan", MAX_FAILURES - 1)
    assert guard.seconds_to_wait("lan") == 0
    clock.advance(60)
    guard.note_failure("lan")
    assert guard.seconds_to_wait("lan") == WINDOW_SECONDS - 60
    clock.advance(WINDOW_SECONDS - 60)
    assert guard.seconds_to_wait("lan") == 0


def test_other_names_are_not_slowed_down(clock: FakeClock) -> None:
    guard = Throttle(clock)
    fail(guard, "lan", MAX_FAILURES)
    assert guard.seconds_to_wait("hùng") == 0


def test_a_right_password_forgets_earlier_failures(clock: FakeClock) -> None:
    guard = Throttle(clock)
    fail(guard, "lan", MAX_FAILURES - 1)
    guard.forget("lan")
    guard.note_failure("lan")
    assert guard.seconds_to_wait("lan") == 0


def test_memory_stays_bounded_and_keeps_the_newest_names(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "MAX_NAMES", 3)
    guard = Throttle(clock)
    for name in ("a", "b", "c", "d"):
        fail(guard, name, MAX_FAILURES)
    assert guard.seconds_to_wait("a") == 0
    assert guard.seconds_to_wait("d") > 0
