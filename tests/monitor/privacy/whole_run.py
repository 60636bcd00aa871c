"""One installation is used with every command and every page; what it says is kept, to be searched.

Secrets may stand nowhere but where the operator wrote them. Personal data of posts may stand in the database and in the
captures alone, and on the screens on which a person judges a post.
"""

import io
import socket
import sqlite3
import traceback
from contextlib import ExitStack, closing, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from signal import SIGINT

import pytest

from monitor.app.application import Application
from monitor.cli import main
from monitor.settings.settings import load_settings
from storage.database import Database
from tests.monitor.cli.command import start
from tests.monitor.privacy.installation import platforms, settings_of, write_files
from tests.monitor.privacy.live_desk import Answers, LiveBrowser, browser
from tests.monitor.privacy.planted import PERSONAL, SECRETS


@dataclass
class Installation:
    """A home folder, and everything that commands and pages said.

    Args:
        home: The folder.
        patch: Sets variables and standard input.
        said: What was written, by command.
        answers: What the desk answered.
        made: Secrets that the program made itself.

    """

    home: Path
    patch: pytest.MonkeyPatch
    said: dict[str, list[str]] = field(default_factory=dict)
    answers: Answers = field(default_factory=Answers)
    made: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, status: int = 0) -> str:
        """Run a command as an unattended program does, with its log as JSON; returns what it wrote."""
        self.patch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(), "utf-8"))
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            left = self._status(["--log-format", "json", *arguments])
        self.keep(" ".join(arguments), out.getvalue(), err.getvalue())
        assert left == status, (arguments, out.getvalue(), err.getvalue())
        return out.getvalue()

    @staticmethod
    def _status(arguments: list[str]) -> int:
        try:
            main(arguments)
        except SystemExit as leaving:
            return int(leaving.code or 0)
        except Exception:  # noqa: BLE001  with --debug any error comes out whole, and the interpreter shows it
            traceback.print_exc()
        return 1

    def keep(self, command: str, *written: str) -> None:
        """Keep what a command wrote."""
        self.said.setdefault(f"kiemtin {command}", []).extend(written)


def use_everything(home: Path, scratch: Path, patch: pytest.MonkeyPatch) -> Installation:
    """Set an installation up, read, import, score, decide, teach, report, back up, fail in many ways, and serve.

    Args:
        home: Its folder, which holds a model `default` already.
        scratch: For files that are given to commands and written by them outside of the home folder.
        patch: Sets variables and standard input.

    """
    patch.setenv("KIEMTIN_HOME", str(home))
    used = Installation(home, patch)
    files = write_files(scratch)
    with platforms() as addresses:
        (home / "kiemtin.toml").write_text(settings_of(addresses), encoding="utf-8")
        _set_up(used)
        _gather(used, files, addresses)
        _teach(used, files)
        _look(used)
        _serve(used)
        used.run("outbox", "send")
        used.run("outbox", "list", "--json")
        _learn(used)
        _look(used)
        _write_out(used, scratch)
    _fail(used, files)
    return used


def _set_up(used: Installation) -> None:
    first = used.run("init")
    used.made["link of admin"] = first[first.index("/join/") + len("/join/") :].split()[0]
    used.made["key"] = (used.home / "secret.key").read_text(encoding="utf-8").strip()
    for name, role in (("lan", "reviewer"), ("minh", "admin"), ("hoa", "viewer")):
        invited = used.run("users", "invite", name, "--role", role)
        used.made[f"link of {name}"] = invited.rstrip().rpartition("/")[2]
    scopes = [word for scope in ("flags:read", "posts:read", "figures:read") for word in ("--scope", scope)]
    used.made["key of the API"] = used.run("keys", "add", "bảng", *scopes).split()[-1]
    used.run("keys", "list", "--json")
    used.run("users", "list", "--json")
    used.run("sources", "list")
    used.run("db", "upgrade")
    used.run("db", "check")


def _gather(used: Installation, files: dict[str, Path], addresses: dict[str, str]) -> None:
    used.run("sources", "check", "dien-dan")
    used.run("crawl", "--json")
    used.run("crawl", "lap-lai", status=1)
    used.run("import", str(files["posts"]), "--json")
    used.run("import", str(files["broken"]), status=1)
    used.run("tip", files["plain"].read_text(encoding="utf-8").splitlines()[4], "--json")
    used.run("tip", addresses["dien-dan"].replace("/rss/tin-moi-nhat.rss", "/bai/p003.html"), "--json")
    used.run("score", "--json")
    used.run("classify", str(files["plain"]))


def _teach(used: Installation, files: dict[str, Path]) -> None:
    used.run("train", "--name", "trained", "--no-corpus", "--data", f"own={files['labelled']}", "--json")
    used.run("evaluate", "--model", "trained", "--data", f"own={files['labelled']}", "--json")
    with Application(load_settings(used.home)) as app:
        app.teaching_steps().draw(6)


def _look(used: Installation) -> None:
    used.run("search", "lương", "--json")
    for command in (
        ("sources", "list", "--json"),
        ("models", "list", "--json"),
        ("audit",),
        ("privacy",),
    ):
        used.run(*command)
    used.run("doctor", "--json")


def _serve(used: Installation) -> None:
    """Work at a desk that runs with its schedule, as a program of its own."""
    port = _free_port()
    with start("run", KIEMTIN_DESK_PORT=str(port), KIEMTIN_LOG_FORMAT="json") as child:
        first = child.stderr.readline()
        _work_at(f"http://127.0.0.1:{port}", used)
        child.send_signal(SIGINT)
        out, err = child.communicate()
    assert child.returncode == 0, err
    used.keep("run", first, out, err)


def _work_at(base: str, used: Installation) -> None:
    with ExitStack() as stack:
        stranger, lan, minh = (stack.enter_context(browser(base, used.answers)) for _ in range(3))
        assert stranger.sign_in("lan", SECRETS["password that is wrong"]).status_code == 401
        for path in ("/healthz", "/readyz", "/queue", f"/join/{'x' * 43}", "/nowhere"):
            stranger.get(path)
        lan.join(used.made["link of lan"], SECRETS["password of a user"])
        minh.join(used.made["link of minh"], SECRETS["password of another user"])
        assert lan.sign_in("lan", SECRETS["password of a user"]).status_code == 303
        assert lan.decide_all(30, f"đã gọi {PERSONAL['phone']}") > 5
        _label(lan)
        assert minh.sign_in("minh", SECRETS["password of another user"]).status_code == 303
        minh.enrol(SECRETS["password of another user"])
        used.run("report", "--json")
        used.answers.walked = minh.walk()
        _ask_by_program(stranger, used.made["key of the API"])
        minh.post("/flags/1/decisions", {"decision": PERSONAL["name"], "csrf": "x"})
        minh.get(f"/flags/{PERSONAL['phone']}")
        for name, person in (("lan", lan), ("minh", minh)):
            used.made[f"cookie of {name}"] = str(person.client.cookies["kiemtin_desk"])


def _label(person: LiveBrowser) -> None:
    """Say which labels a drawn post carries."""
    place = person.next("/teach/next")
    action = f"{place}/answers"
    answered = person.post(action, person.fields(place, action) | {"decision": "unsure"})
    assert answered.status_code == 303, answered.text


def _ask_by_program(anyone: LiveBrowser, key: str) -> None:
    """Read all that a program may, and what it may not."""
    paths = ["key", "flags?limit=100", "figures", "summaries", "clusters", "openapi.json", "flags?state=x", "nothing"]
    paths += [f"{kind}/{number}" for kind in ("flags", "posts", "clusters") for number in range(1, 30)]
    paths += [f"search?q={words}" for words in ("xưởng", PERSONAL["phone"], PERSONAL["name"], '"', "x" * 3_000)]
    for path in paths:
        assert anyone.client.get(f"/api/v1/{path}", headers={"authorization": f"Bearer {key}"}).status_code < 500
    assert anyone.client.get("/api/v1/flags", headers={"authorization": "Bearer wrong"}).status_code == 401


def _learn(used: Installation) -> None:
    with Application(load_settings(used.home)) as app:
        taught = app.teaching_steps().learn()
    used.run("models", "promote", taught.name, "--force", "--reason", "thử")
    used.run("models", "rollback")


def _write_out(used: Installation, scratch: Path) -> None:
    used.run("report", "--out", str(scratch / "reports"))
    used.run("audit", str(scratch / "audit.jsonl"))
    (scratch / "rows").mkdir()
    for table in ("posts", "flags", "decisions", "sources"):
        used.run("export", table, "--format", "csv,jsonl,parquet", "--out", str(scratch / "rows"))
    used.run("outbox", "send", "--json")
    used.run("backup", str(scratch / "sealed.backup"))
    used.run("users", "invite", "hoa")
    used.run("users", "disable", "hoa")
    used.run("users", "reset-second-factor", "minh")
    used.run("sources", "disable", "lap-lai", "--why", "thử")
    used.run("sources", "enable", "lap-lai")
    used.run("sources", "remove", "lap-lai-2", "--yes")
    used.run("keys", "revoke", "bảng")
    used.run("keys", "rotate", "--yes")
    used.run("keys", "forget")
    used.run("restore", str(scratch / "sealed.backup"), "--replace", "--yes")


def _fail(used: Installation, files: dict[str, Path]) -> None:
    """Provoke errors of which the reason holds what must not be told."""
    broken = str(files["broken"])
    used.run("sources", "add", "riêng", "feed", "http://10.0.0.1/rss", "--legal-basis", "không có")
    used.run("crawl", "riêng", status=1)
    used.run("users", "invite", "lan", "--role", "viewer", status=1)
    used.run("publish", "--to", str(used.home / "corrections"), status=2)
    used.run("outbox", "test", status=1)
    used.run("classify", broken, status=1)
    used.run("train", "--name", "x", "--no-corpus", "--data", f"own={broken}", status=1)
    used.run("import", str(used.home), status=1)
    used.run("erase", "feed", "ai-đó-không-có", "--yes", status=1)
    used.run("db", "confirm-clock", status=1)
    with used.patch.context() as away:
        password = SECRETS["password of the database"]
        away.setenv("KIEMTIN_DATABASE_URL", f"postgresql+psycopg://kiemtin:{password}@127.0.0.1:9/kiemtin")
        for command in (("doctor", "--json"), ("score",), ("db", "upgrade")):
            used.run(*command, status=1)
        away.setenv("KIEMTIN_DATABASE_URL", f"nosuch+driver://kiemtin:{password}@127.0.0.1:9/kiemtin")
        used.run("score", status=1)
    connection = sqlite3.connect(used.home / "kiemtin.db", isolation_level=None)
    with closing(connection) as other, used.patch.context() as locked:
        locked.setattr("storage.database.Database", partial(Database, busy_timeout=0.05))
        other.execute("BEGIN IMMEDIATE")
        tip = ("tip", f"{PERSONAL['name']} nói vậy")
        for command in (("import", str(files["plain"])), ("score",), tip, ("crawl",)):
            used.run(*command, status=1)
            used.run("--debug", *command, status=1)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        number: int = listener.getsockname()[1]
    return number
