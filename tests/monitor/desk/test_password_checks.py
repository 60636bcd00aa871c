"""However many strangers try to sign in, few passwords are hashed at once and reviewers' pages are served."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from threading import Event, Lock

import httpx2
import pytest
from bs4 import BeautifulSoup
from fastapi import FastAPI

from monitor.desk.web.app import SESSION_COOKIE
from monitor.desk.web.passwords import MAX_WAITING, PasswordChecks, TooBusy
from tests.monitor.desk.browser import Browser
from tests.monitor.desk.world import World

BASE = "http://127.0.0.1:8000"


class SlowHash:
    """Compares passwords only when it is told to, and counts how many wait inside at once."""

    def __init__(self) -> None:
        self.may_go_on = Event()
        self._lock = Lock()
        self._inside = 0
        self.most = 0
        self.done = 0

    def __call__(self, _password: str, _stored: str) -> bool:
        with self._lock:
            self._inside += 1
            self.most = max(self.most, self._inside)
        self.may_go_on.wait()
        with self._lock:
            self._inside -= 1
            self.done += 1
        return False


@pytest.fixture
def slow() -> Iterator[SlowHash]:
    hashing = SlowHash()
    yield hashing
    hashing.may_go_on.set()


async def guess(app: FastAPI, number: int) -> int:
    """Come from an address of one's own, and send one wrong password."""
    transport = httpx2.ASGITransport(app, client=(f"192.0.2.{number}", 1))
    async with httpx2.AsyncClient(transport=transport, base_url=BASE) as stranger:
        page = BeautifulSoup((await stranger.get("/login")).text, "lxml")
        fields = {str(field["name"]): str(field["value"]) for field in page.select("input[type=hidden]")}
        form = fields | {"name": f"name-{number}", "password": "sai"}
        return (await stranger.post("/login", data=form)).status_code


async def test_forty_strangers_do_not_keep_a_reviewer_from_the_queue(
    app: FastAPI, lan: Browser, world: World, slow: SlowHash
) -> None:
    world.flag()
    app.state.desk = replace(app.state.desk, passwords=PasswordChecks(slow))
    cookies = {SESSION_COOKIE: str(lan.client.cookies[SESSION_COOKIE])}
    crowd = [asyncio.create_task(guess(app, number)) for number in range(40)]
    while sum(one.done() for one in crowd) < 40 - MAX_WAITING:
        await asyncio.wait([one for one in crowd if not one.done()], return_when=asyncio.FIRST_COMPLETED)
    # All that could be turned away is; the others wait for a hash that does not end.
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url=BASE, cookies=cookies) as reviewer:
        for path in ("/", "/queue", "/flags/1"):
            assert (await reviewer.get(path)).status_code == 200
    assert slow.done == 0
    slow.may_go_on.set()
    statuses = sorted(await asyncio.gather(*crowd))
    assert statuses == [401] * MAX_WAITING + [503] * (40 - MAX_WAITING)
    assert slow.most == 1


async def test_known_browsers_do_not_wait_behind_strangers(slow: SlowHash) -> None:
    checks = PasswordChecks(lambda password, stored: slow(password, stored) if password == "sai" else True)
    strangers = [asyncio.create_task(checks.verify("sai", "", known=False)) for _ in range(MAX_WAITING)]
    await asyncio.sleep(0)
    assert await checks.verify("đúng", "", known=True)
    with pytest.raises(TooBusy):
        await checks.verify("sai", "", known=False)
    slow.may_go_on.set()
    assert await asyncio.gather(*strangers) == [False] * MAX_WAITING


async def test_a_request_that_is_given_up_leaves_the_queue_with_its_work(slow: SlowHash) -> None:
    checks = PasswordChecks(slow)
    given_up = [asyncio.create_task(checks.verify("sai", "", known=False)) for _ in range(MAX_WAITING)]
    await asyncio.sleep(0)
    for one in given_up:
        one.cancel()
    slow.may_go_on.set()
    await asyncio.gather(*given_up, return_exceptions=True)
    assert await checks.verify("sai", "", known=False) is False
    assert slow.most == 1
