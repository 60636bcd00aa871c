"""The desk as it is installed, in a process of its own, and somebody who is signed in to it."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx2 as httpx

from monitor.desk.web.passwords import hash_password
from monitor.privacy.secret_key import make_key
from storage.accounts import users
from storage.database import Database
from tests.benchmarks.commands import KIEMTIN
from tests.clock import MONDAY_MORNING

PASSWORD = "ba con vịt xám qua cầu"
STARTS_WITHIN = 120.0  # seconds
_FIELD = re.compile(r'name="(csrf|seen_state)" value="([^"]*)"')


def add_reviewers(database: Database, names: tuple[str, ...]) -> None:
    """Add people who may decide; all have the same password."""
    password_hash = hash_password(PASSWORD)
    with database.changes() as session:
        for name in names:
            users.add(session, name=name, password_hash=password_hash, role="reviewer", now=MONDAY_MORNING)


@dataclass(frozen=True, slots=True)
class RunningDesk:
    """A desk that serves: its address and its process."""

    address: str
    process: int

    @property
    def cpu(self) -> float:
        """CPU seconds that its process has used."""
        fields = Path(f"/proc/{self.process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def resident(self) -> float:
        """MB of memory that its process holds."""
        pages = int(Path(f"/proc/{self.process}/statm").read_text(encoding="utf-8").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def wait_until_idle(self) -> None:
        """Wait until it has read its word lists, which it does behind the first answers."""
        used = -1.0
        while used < self.cpu:
            used = self.cpu
            time.sleep(0.5)


@contextmanager
def running_desk(url: str, home: Path, settings: Mapping[str, str] | None = None) -> Iterator[RunningDesk]:
    """Serve the desk of a database until the block ends.

    Args:
        url: SQLAlchemy address of the database, which has its tables.
        home: An empty folder for key and settings.
        settings: Further settings, by their names in the environment.

    """
    home.mkdir(parents=True, exist_ok=True)
    make_key(home / "secret.key")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    own = {"KIEMTIN_HOME": str(home), "KIEMTIN_DATABASE_URL": url, "KIEMTIN_DESK_PORT": str(port), **(settings or {})}
    process = subprocess.Popen([KIEMTIN, "run", "--desk-only"], env={**os.environ, **own}, stdout=subprocess.DEVNULL)  # noqa: S603
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(address, process)
        yield RunningDesk(address, process.pid)
    finally:
        process.terminate()
        process.wait()


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < ends:
        if process.poll() is not None:
            sys.exit(f"the desk ended with status {process.returncode}")
        try:
            if httpx.get(f"{address}/readyz").is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    sys.exit("the desk did not start")


class Analyst:
    """Somebody with a browser's cookies, who opens pages and sends their forms.

    Args:
        desk: Where they sign in.
        name: Under which name.
        password: The password of that name.
        first: The page that is opened first.

    """

    def __init__(self, desk: RunningDesk, name: str, password: str = PASSWORD, first: str = "/") -> None:
        self._client = httpx.Client(base_url=desk.address, timeout=300)
        self.page = self._client.get("/login")
        self.send("/login", name=name, password=password, next=first)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._client.close()

    def open(self, path: str) -> httpx.Response:
        """Open a page; stops the program when it is not there."""
        self.page = self._client.get(path, follow_redirects=True)
        return self._checked()

    def send(self, path: str, **fields: str) -> httpx.Response:
        """Send a form of the page that is open, and open the page to which it leads."""
        form = dict(_FIELD.findall(self.page.text)) | fields
        self.page = self._client.post(path, data=form, follow_redirects=True)
        return self._checked()

    @property
    def flag(self) -> int | None:
        """The number of the flag that is open; None on a page that offers no decision."""
        match = re.search(r"/flags/(\d+)", self.page.url.path)
        return int(match[1]) if match and self._offered else None

    @property
    def _offered(self) -> list[str]:
        return re.findall(r'name="decision" value="(yes|no|no_source|unsure)"', self.page.text)

    def decide(self) -> httpx.Response:
        """Decide about the flag that is open, and open the next page."""
        if (flag := self.flag) is None:
            sys.exit(f"{self.page.url} offers no decision")
        view = re.search(r'name="view" value="([^"]*)"', self.page.text)
        chosen = self._offered[flag % len(self._offered)]
        return self.send(f"/flags/{flag}/decisions", decision=chosen, view=unescape(view[1]) if view else "")

    def decide_next(self) -> httpx.Response:
        """Decide about the flag that is open, or about the first of the queue where the day is over."""
        if self.flag is None:
            self.send("/queue/next")
        return self.decide()

    def _checked(self) -> httpx.Response:
        if not self.page.is_success:
            sys.exit(f"{self.page.request.method} {self.page.url} answered {self.page.status_code}")
        return self.page
