"""Two people who take the next post at the same moment, five hundred times: they never get the same one."""

from concurrent.futures import ThreadPoolExecutor
from os import getpid
from threading import Barrier

import pytest
from playwright.sync_api import Browser

from tests.benchmarks.desk_server import Analyst, RunningDesk
from tests.browser.conftest import Desk, Look, visiting
from tests.browser.keys import press, sign_in
from tests.browser.test_day import FLAG, key_of_unsure, number_in
from tests.browser.world import PASSWORD, REVIEWER, SECOND, add_work

ROUNDS_SEEN, ROUNDS = 20, 230  # in two browsers, and in two programs that open and send the same pages
pytestmark = [pytest.mark.gate, pytest.mark.long]


def test_two_browsers_never_get_the_same_post(chromium: Browser, desk: Desk) -> None:
    add_work(desk.database, desk.clock, 2 * (ROUNDS_SEEN + ROUNDS) + 10)
    pairs = [*_in_browsers(chromium, desk), *_in_programs(desk)]
    assert len(pairs) == 250
    assert {lan for lan, _ in pairs}.isdisjoint({hung for _, hung in pairs})
    # Each once, but for the one that each browser left undecided, which the same person is given again.
    assert len({number for pair in pairs for number in pair}) == 500 - 2


def _in_browsers(chromium: Browser, desk: Desk) -> list[tuple[int, int]]:
    """Let two people strike their keys at once; gives the numbers of the flags that they got."""
    look, seen = Look("vi", 1366, "light"), []
    with visiting(chromium, desk, look) as lan, visiting(chromium, desk, look) as hung:
        both = (lan, hung)
        for visitor, name in zip(both, (REVIEWER, SECOND), strict=True):
            sign_in(visitor, name)
            visitor.open("/queue")
        for turn in range(ROUNDS_SEEN):
            before = [visitor.page.url for visitor in both]
            keys = [key_of_unsure(visitor) if turn else "n" for visitor in both]
            for visitor, key in zip(both, keys, strict=True):
                press(visitor, key)
            for visitor, old in zip(both, before, strict=True):
                visitor.page.wait_for_url(lambda address, old=old: address != old and FLAG.search(address) is not None)
            seen.append((number_in(lan.page.url), number_in(hung.page.url)))
    return seen


def _in_programs(desk: Desk) -> list[tuple[int, int]]:
    """Let two programs decide and go on, each step begun together; gives the numbers of the flags that they got."""
    together = Barrier(2)

    def work(name: str) -> list[int]:
        seen = []
        with Analyst(RunningDesk(desk.address, getpid()), name, PASSWORD) as analyst:
            analyst.open("/queue")
            for turn in range(ROUNDS):
                together.wait()
                page = analyst.decide() if turn else analyst.send("/queue/next")
                seen.append(number_in(str(page.url)))
        return seen

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(work, (REVIEWER, SECOND))
    return list(zip(first, second, strict=True))
