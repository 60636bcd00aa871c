"""The command on a home folder of its own: inside this process, or as a program of its own."""

import json
import shutil
import socket
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.cli import main
from monitor.demo.sites import FeedSite, SitePost, serve
from monitor.demo.sites.feed_site import RSS_PATH
from monitor.scoring.workers import cached_model
from tests.clock import FakeClock
from tests.monitor.cli.command import Command

ImportPosts = Callable[..., None]
BASIS = ("--legal-basis", "Nguồn công khai")
SETTINGS = """
contact = "https://lien-doan.example/kiemtin"
allow_addresses = ["127.0.0.1"]
delay_seconds = 0
timeout_seconds = 600
"""


@pytest.fixture(scope="session")
def home_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Set up one home; tests get copies of it."""
    home = tmp_path_factory.mktemp("template") / "home"
    home.mkdir()
    (home / "kiemtin.toml").write_text(SETTINGS, encoding="utf-8")
    with pytest.raises(SystemExit) as leaving:
        main(["--home", str(home), "init"])
    assert leaving.value.code == 0
    return home


@pytest.fixture
def home(home_template: Path, small_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a home with tables, key, desk user and the small model, and no source."""
    folder = tmp_path / "home"
    shutil.copytree(home_template, folder, ignore=shutil.ignore_patterns("default"))
    shutil.copytree(small_model, folder / "models" / "small")
    monkeypatch.setenv("KIEMTIN_HOME", str(folder))
    monkeypatch.setenv("KIEMTIN_MODEL", "small")
    return folder


@pytest.fixture
def import_posts(kiemtin: Command, tmp_path: Path) -> ImportPosts:
    """Give what imports texts, numbered from 0, each with further fields, into a source named `forum`."""

    def run(texts: Iterable[str], **fields: Sequence[str]) -> None:
        columns = {"text": list(texts), **fields}
        rows = (dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True))
        lines = (json.dumps({"id": str(number), **row}) for number, row in enumerate(rows))
        path = tmp_path / "forum.jsonl"
        path.write_text("\n".join(lines), encoding="utf-8")
        kiemtin.well("import", str(path))

    return run


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> int:
    """Give a port for the desk that is free."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        number: int = listener.getsockname()[1]
    monkeypatch.setenv("KIEMTIN_DESK_PORT", str(number))
    return number


@pytest.fixture
def kiemtin(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """Give the command on a home that is set up."""
    return Command(home, capsys, monkeypatch)


@pytest.fixture
def bare(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """Give the command on a folder that is not there yet."""
    return Command(tmp_path / "bare", capsys, monkeypatch)


@pytest.fixture
def clock() -> FakeClock:
    """Stand at the time by which the commands go."""
    return FakeClock(datetime.now(UTC))


@pytest.fixture
def site(clock: FakeClock) -> FeedSite:
    """Give a feed with four posts of three hours ago."""
    moment = clock.now() - timedelta(hours=3)
    posts = [SitePost(id=f"p{n}", author="x", title=f"Tin {n}", text=f"Bài {n}", published_at=moment) for n in range(4)]
    return FeedSite(posts, clock)


@pytest.fixture
def address(site: FeedSite) -> Iterator[str]:
    with serve(site) as base:
        yield base + RSS_PATH


@pytest.fixture(autouse=True)
def forget_models() -> Iterator[None]:
    yield
    cached_model.cache_clear()
