"""A program that issues and sends a report is killed at random points: no file is half, nothing is sent twice."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from pydantic import SecretStr
from sqlalchemy import delete, select

from monitor.outbox.issue import ReportOffice
from monitor.outbox.outbox import LONGEST, LONGEST_WAIT, Outbox
from monitor.settings.channels import ChannelSettings
from monitor.settings.reports import ReportSettings
from monitor.settings.settings import Settings
from storage.database import Database
from storage.models import Delivery, Report
from storage.outbox import reports
from tests.clock import FakeClock
from tests.monitor.reports.sample_week import AFTER, WEEK, fill

pytestmark = pytest.mark.gate
IN_A_ROW = 3


@dataclass
class World:
    """A home with a week of posts, and what its places have taken."""

    home: Path
    settings: Settings
    log: Path

    @property
    def database(self) -> Database:
        return Database(f"sqlite:///{self.home / 'kiemtin.db'}")

    @property
    def drive(self) -> Path:
        return self.home / "drive"

    def taken(self) -> Counter[str]:
        return Counter(self.log.read_text(encoding="utf-8").split())

    def work(self, late: float) -> None:
        """Do what `kiemtin run` does, so many seconds after Monday 07:00, and have a person release the report."""
        clock = FakeClock(AFTER)
        clock.advance(late)
        with self.database as database:
            office = ReportOffice(database, self.settings, clock)
            office.issue_scheduled()
            with database.work() as session:
                waits = reports.unreleased(session)
            if waits:
                office.release(WEEK, 1, "")
            asyncio.run(Outbox(database, self.settings, clock).send_due())

    def begin_anew(self) -> None:
        with self.database as database, database.changes() as session:
            session.execute(delete(Delivery))
            session.execute(delete(Report))
        for path in (*self.settings.reports_dir.glob("*"), *self.drive.glob("*")):
            path.unlink()
        self.log.write_text("", encoding="utf-8")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    log = tmp_path / "taken"
    log.touch()
    command = [sys.executable, "-m", "tests.monitor.outbox.receivers", str(log)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as receivers:  # noqa: S603  our own
        port, address = receivers.stdout.readline().split()
        settings = Settings(
            home=tmp_path,
            report=ReportSettings(formats=("xlsx", "csv")),
            mail_server=f"smtp://127.0.0.1:{port}",
            mail_sender="a@x.example.vn",
            channels=tuple(
                ChannelSettings(name=name, what=("reports",), to=to)
                for name, to in (("mail", "b@x.vn"), ("webhook", address), ("folder", str(tmp_path / "drive")))
            ),
            allow_addresses=(address.split("/")[2],),
            secrets={"webhook": SecretStr("a secret of at least 24 bytes")},
        )
        made = World(tmp_path, settings, log)
        with made.database as database:
            database.upgrade()
            with database.changes() as session:
                fill(session)
        yield made
        receivers.kill()


def files(world: World) -> dict[str, bytes]:
    """Give the visible files that were written, with their content."""
    folders = (world.settings.reports_dir, world.drive)
    return {f"{folder.name}/{path.name}": path.read_bytes() for folder in folders for path in folder.glob("[!.]*")}


def run_in_a_fork(world: World, late: float, kill_after: float | None) -> bool:
    """Do the work in a process of its own, killed after so many seconds; says whether it was killed."""
    process = os.fork()
    if process == 0:
        status = 1
        try:
            world.work(late)
            status = 0
        finally:
            os._exit(status)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(process, signal.SIGKILL)
    _, status = os.waitpid(process, 0)
    assert kill_after is not None or status == 0
    return os.WIFSIGNALED(status)


@pytest.mark.parametrize("kills", [25, pytest.param(100, marks=pytest.mark.long)])
def test_no_file_is_half_and_nothing_is_sent_twice(world: World, kills: int) -> None:
    moments = [number * LONGEST.total_seconds() for number in range(IN_A_ROW + 1)]
    wholes = []  # what is written at each moment: the time stands in it
    for late in moments:  # this also loads the libraries, so that kills hit the work
        world.work(late)
        assert world.taken() == {"mail": 1, "webhook": 1}
        wholes.append(files(world))
        world.begin_anew()
    draw, killed, unclear = Random(47), 0, 0  # noqa: S311  no secret
    started = time.monotonic()
    run_in_a_fork(world, 0, None)
    takes = time.monotonic() - started
    while killed < kills:
        world.begin_anew()
        for late in moments[:-1]:  # at each, what the killed program held is free again
            if run_in_a_fork(world, late, draw.uniform(0, takes)):
                killed += 1
            assert all(content in [whole[name] for whole in wholes] for name, content in files(world).items())
            assert max(world.taken().values(), default=0) <= 1
        run_in_a_fork(world, moments[-1], None)
        run_in_a_fork(world, moments[-1] + LONGEST_WAIT.total_seconds(), None)
        with world.database as database, database.work() as session:
            states = {each.channel: each.state for each in session.scalars(select(Delivery))}
        assert files(world) in wholes
        assert states["folder"] == "sent"
        for channel in ("mail", "webhook"):
            unclear += states[channel] == "unclear"
            assert states[channel] in ("sent", "unclear")
            assert world.taken()[channel] == 1 or (states[channel], world.taken()[channel]) == ("unclear", 0)
    assert unclear < killed / 4  # the window is small
