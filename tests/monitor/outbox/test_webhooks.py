"""Webhooks: every decision is told once to every address, signed, and again where it did not arrive."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from monitor.errors import NotReady
from monitor.outbox.webhook_signature import secret_bytes
from monitor.outbox.webhooks import FIRST_RETRY, KEPT, MOST_ATTEMPTS, retry_at, send_due
from monitor.settings.settings import DeclaredWebhook, Settings
from storage.accounts import users
from storage.database import Database
from storage.models import WebhookDelivery
from storage.outbox import webhooks
from storage.review import flags, reviews
from tests.clock import FakeClock
from tests.factories import add_flag, add_post, add_source, add_user

SECRET = "a secret of at least 24 bytes"


@dataclass
class Listener:
    """Another program: keeps what it was sent and answers what it is told to."""

    port: int = 0
    status: int = 200
    is_silent: bool = False
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").splitlines()
        if self.is_silent:
            writer.close()
            return
        self.asked.append(lines[0])
        headers = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
        body = await reader.readexactly(int(headers["content-length"]))
        self.received.append((headers, body))
        writer.write(b"HTTP/1.1 %d Any\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" % self.status)
        await writer.drain()
        writer.close()
        await writer.wait_closed()


@asynccontextmanager
async def listening() -> AsyncIterator[Listener]:
    listener = Listener()
    server = await asyncio.start_server(listener.answer, "127.0.0.1", 0)
    listener.port = server.sockets[0].getsockname()[1]
    async with server:
        yield listener


def settings_for(listener: Listener, home: Path, *, allowed: bool = True, secret: str = SECRET) -> Settings:
    place = f"127.0.0.1:{listener.port}"
    return Settings(
        home=home,
        allow_addresses=(place,) if allowed else (),
        webhooks=(DeclaredWebhook(name="cases", url=f"http://{place}/decided"),),
        secrets={"cases": SecretStr(secret)},
    )


@pytest.fixture
def decided(sqlite_database: Database, clock: FakeClock) -> list[int]:
    """Store three flags, and decide none; `decide` does it."""
    with sqlite_database.work() as session:
        source = add_source(session)
        add_user(session, "lan")
        numbers = [add_flag(session, add_post(session, source, str(n)), "negative").id for n in range(3)]
        session.commit()
    return numbers


def decide(database: Database, clock: FakeClock, flag_id: int, decision: str = "yes") -> None:
    with database.work() as session:
        lan = users.by_name(session, "lan")
        flag = flags.by_id(session, flag_id)
        reviews.decide(session, flag, reviewer_id=lan.id, decision=decision, note="chị Lan kể", now=clock.now())
        session.commit()


async def test_a_decision_is_told_once_and_signed(
    sqlite_database: Database, clock: FakeClock, decided: list[int], tmp_path: Path
) -> None:
    async with listening() as listener:
        settings = settings_for(listener, tmp_path)
        decide(sqlite_database, clock, decided[0])
        assert await send_due(sqlite_database, clock, settings) == ""  # what was before the webhook is no news
        decide(sqlite_database, clock, decided[1])
        assert await send_due(sqlite_database, clock, settings) == "1 arrived"
        assert await send_due(sqlite_database, clock, settings) == ""
    ((headers, body),) = listener.received
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(SECRET.encode(), content, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}".lower()  # the listener lowers everything
    assert int(headers["webhook-timestamp"]) == int(clock.now().timestamp())


async def test_numbers_label_and_decision_are_told_and_nothing_else(
    sqlite_database: Database, clock: FakeClock, decided: list[int], tmp_path: Path
) -> None:
    async with listening() as listener:
        settings = settings_for(listener, tmp_path)
        await send_due(sqlite_database, clock, settings)
        decide(sqlite_database, clock, decided[2])
        await send_due(sqlite_database, clock, settings)
    told = json.loads(listener.received[0][1])
    assert (told["type"], told["timestamp"]) == ("decision", "2026-11-16T02:00:00+00:00")
    assert told["data"] == {
        "decision_id": 1,
        "flag_id": decided[2],
        "post_id": 3,
        "label": "negative",
        "decision": "yes",
        "state": "confirmed",
    }


async def test_what_does_not_arrive_is_sent_again_later_and_given_up_in_the_end(
    sqlite_database: Database, clock: FakeClock, decided: list[int], tmp_path: Path
) -> None:
    async with listening() as listener:
        settings = settings_for(listener, tmp_path)
        await send_due(sqlite_database, clock, settings)
        decide(sqlite_database, clock, decided[0])
        listener.status = 500
        assert await send_due(sqlite_database, clock, settings) == "1 failed, tried again later"
        assert await send_due(sqlite_database, clock, settings) == ""
        clock.advance(FIRST_RETRY)
        listener.status = 204
        assert await send_due(sqlite_database, clock, settings) == "1 arrived"
        assert len({headers["webhook-id"] for headers, _ in listener.received}) == 1

        decide(sqlite_database, clock, decided[1])
        listener.status = 301
        said = []
        for _ in range(MOST_ATTEMPTS):
            said.append(await send_due(sqlite_database, clock, settings))
            clock.advance(timedelta(hours=6))
        assert said == ["1 failed, tried again later"] * (MOST_ATTEMPTS - 1) + ["1 given up"]
    with sqlite_database.work() as session:
        state = webhooks.state_of(session, "cases")
    assert (state.delivered, state.waiting, state.given_up, state.last_error) == (1, 0, 1, "it answers 301")


async def test_a_private_address_is_told_nothing_unless_it_is_allowed(
    sqlite_database: Database, clock: FakeClock, decided: list[int], tmp_path: Path
) -> None:
    async with listening() as listener:
        settings = settings_for(listener, tmp_path, allowed=False)
        await send_due(sqlite_database, clock, settings)
        decide(sqlite_database, clock, decided[0])
        assert await send_due(sqlite_database, clock, settings) == "1 failed, tried again later"
    assert listener.received == []


async def test_nobody_listening_is_a_failure_like_any_other(
    sqlite_database: Database, clock: FakeClock, decided: list[int], tmp_path: Path
) -> None:
    async with listening() as listener:
        settings = settings_for(listener, tmp_path)
    await send_due(sqlite_database, clock, settings)
    decide(sqlite_database, clock, decided[0])
    assert await send_due(sqlite_database, clock, settings) == "1 failed, tried again later"


async def test_who_does_not_answer_is_asked_once_a_run_and_keeps_nobody_else_waiting(
    sqlite_database: Database, clock: FakeClock, decided: list[int], tmp_path: Path
) -> None:
    async with listening() as listener, listening() as gone:
        settings = settings_for(listener, tmp_path)
        silent = DeclaredWebhook(name="archive", url=f"http://127.0.0.1:{gone.port}/decided")
        settings = settings.model_copy(
            update={
                "webhooks": (silent, *settings.webhooks),
                "secrets": {"archive": SecretStr(SECRET), **settings.secrets},
                "allow_addresses": (f"127.0.0.1:{gone.port}", *settings.allow_addresses),
            }
        )
        await send_due(sqlite_database, clock, settings)
        for flag_id in decided:
            decide(sqlite_database, clock, flag_id)
        gone.is_silent = True
        assert await send_due(sqlite_database, clock, settings) == "3 arrived, 1 failed, tried again later"
        gone.is_silent = False
        clock.advance(FIRST_RETRY)
        assert await send_due(sqlite_database, clock, settings) == "3 arrived"


async def test_an_address_in_vietnamese_letters_is_sent_to_in_ascii(
    sqlite_database: Database, clock: FakeClock, decided: list[int], tmp_path: Path
) -> None:
    async with listening() as listener:
        settings = settings_for(listener, tmp_path)
        webhook = DeclaredWebhook(name="cases", url=f"http://127.0.0.1:{listener.port}/quyết định?nơi=Mường Tè")
        settings = settings.model_copy(update={"webhooks": (webhook,)})
        await send_due(sqlite_database, clock, settings)
        decide(sqlite_database, clock, decided[0])
        assert await send_due(sqlite_database, clock, settings) == "1 arrived"
    assert listener.asked == ["POST /quy%E1%BA%BFt%20%C4%91%E1%BB%8Bnh?n%C6%A1i=M%C6%B0%E1%BB%9Dng%20T%C3%A8 HTTP/1.1"]


async def test_two_programs_tell_of_a_decision_once(
    sqlite_database: Database, clock: FakeClock, decided: list[int], tmp_path: Path
) -> None:
    async with listening() as listener:
        settings = settings_for(listener, tmp_path)
        await send_due(sqlite_database, clock, settings)
        for flag_id in decided:
            decide(sqlite_database, clock, flag_id)
        await asyncio.gather(*(send_due(sqlite_database, clock, settings) for _ in range(3)))
    assert len(listener.received) == len({headers["webhook-id"] for headers, _ in listener.received}) == 3


async def test_a_delivery_of_a_program_that_died_is_taken_over(
    sqlite_database: Database, clock: FakeClock, decided: list[int], tmp_path: Path
) -> None:
    async with listening() as listener:
        settings = settings_for(listener, tmp_path)
        await send_due(sqlite_database, clock, settings)
        decide(sqlite_database, clock, decided[0])
        with sqlite_database.work() as session:
            webhooks.enqueue(session, "cases", clock.now(), 10)
            assert webhooks.take_next(session, ["cases"], clock.now(), clock.now() + timedelta(minutes=5)) is not None
            session.commit()
        assert await send_due(sqlite_database, clock, settings) == ""
        clock.advance(timedelta(minutes=5))
        assert await send_due(sqlite_database, clock, settings) == "1 arrived"


async def test_old_deliveries_are_deleted(
    sqlite_database: Database, clock: FakeClock, decided: list[int], tmp_path: Path
) -> None:
    async with listening() as listener:
        settings = settings_for(listener, tmp_path)
        await send_due(sqlite_database, clock, settings)
        decide(sqlite_database, clock, decided[0])
        await send_due(sqlite_database, clock, settings)
        clock.advance(KEPT + timedelta(seconds=1))
        await send_due(sqlite_database, clock, settings)
    with sqlite_database.work() as session:
        assert session.scalars(select(WebhookDelivery)).all() == []


async def test_a_webhook_without_a_good_secret_is_not_used(
    sqlite_database: Database, clock: FakeClock, tmp_path: Path
) -> None:
    with pytest.raises(NotReady, match="the webhook cases needs a secret of at least 24 bytes"):
        await send_due(sqlite_database, clock, settings_for(Listener(port=80), tmp_path, secret="short"))


def test_waits_double_up_to_six_hours(clock: FakeClock) -> None:
    waits = [retry_at(clock.now(), attempts) for attempts in range(1, MOST_ATTEMPTS + 1)]
    minutes = [(at - clock.now()).total_seconds() / 60 for at in waits if at]
    assert minutes == [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360, 360, 360, 360]
    assert waits[-1] is None


def test_a_secret_may_be_given_in_base64() -> None:
    assert secret_bytes("whsec_" + base64.b64encode(b"\x00\xff").decode()) == b"\x00\xff"
    assert secret_bytes("whsec_?") == b"whsec_?"
