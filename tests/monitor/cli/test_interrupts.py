"""Ctrl-C ends a command even when it comes at a moment in which Python would pass over it."""

import sys
import threading
import weakref

import pytest

from monitor.cli import handled_interrupts


class Thing:
    """Something that can be watched."""


def interrupted(_reference: object) -> None:
    raise KeyboardInterrupt


def work_that_is_interrupted_in_a_clean_up() -> None:
    thing = Thing()
    watched = weakref.ref(thing, interrupted)
    del thing
    assert watched() is None
    threading.Event().wait(10)
    pytest.fail("the interrupt was lost")


def test_ctrl_c_in_a_clean_up_comes_again() -> None:
    before = sys.unraisablehook
    with handled_interrupts(), pytest.raises(KeyboardInterrupt):
        work_that_is_interrupted_in_a_clean_up()
    assert sys.unraisablehook is before


def test_other_trouble_in_a_clean_up_is_told_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[type[BaseException]] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda unraisable: told.append(unraisable.exc_type))

    def broken(_reference: object) -> None:
        raise ValueError

    with handled_interrupts():
        thing = Thing()
        watched = weakref.ref(thing, broken)
        del thing
        assert watched() is None
    assert told == [ValueError]
