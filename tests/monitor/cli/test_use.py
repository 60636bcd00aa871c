"""Every command explains itself, and wrong use is told apart from failure."""

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.cli.classify import BATCH
from monitor.cli.commands import COMMANDS as LISTED
from monitor.cli.commands import LazyCommand
from tests.monitor.cli.command import HANGS_AFTER, SCRIPT, Command, apart


def every_command() -> Iterator[tuple[str, ...]]:
    for name, command in sorted((name, LazyCommand(name).load()) for name in LISTED):
        inner = getattr(command, "commands", None)
        yield from ((name, part) for part in sorted(inner)) if inner else ((name,),)


COMMANDS = list(every_command())


def test_the_commands_are_those_of_the_readme() -> None:
    assert {command[0] for command in COMMANDS} >= {
        "init", "sources", "crawl", "import", "score", "run", "classify", "train", "evaluate", "report",
        "users", "erase", "db", "doctor", "demo",
    }  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_has_an_example_and_needs_nothing(command: tuple[str, ...], kiemtin: Command, bare_home: Path) -> None:
    answer = kiemtin.well(*command, "--help")
    assert f"kiemtin {' '.join(command)}" in answer.out
    assert "Example:" in answer.out
    assert not bare_home.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        ["no-such-command"],
        ["crawl", "--no-such-option"],
        ["sources", "add", "only-a-name"],
        ["sources", "add", "x", "feed", "https://a.example", "--legal-basis", "công khai", "--interval-minutes", "1"],
        ["import"],
        ["train"],
        ["train", "--name", "x", "--precision", "2"],
        ["evaluate"],
        ["demo", "--port", "0"],
    ],
    ids=" ".join,
)
def test_what_the_parser_refuses_is_wrong_use(wrong: list[str], kiemtin: Command, home: Path) -> None:
    answer = kiemtin(*wrong)
    assert answer.status == 2
    assert "Traceback" not in answer.err


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (["sources", "add", "x", "telepathy", "https://a.example", "--legal-basis", "công khai"], "use one of"),
        (["sources", "add", "x", "feed", "https://a.example", "--legal-basis", " "], "--legal-basis"),
        (["sources", "add", "x", "feed", "https://a", "--legal-basis", "ok ok", "--role", "spy"], "reference"),
        (["sources", "add", "x", "feed", "https://a", "--legal-basis", "ok ok", "--setting", "tag"], "KEY=VALUE"),
        (["import", "x.csv", "--role", "spy"], "--role spy"),
        (["report", "--format", "papyrus"], "papyrus"),
        (["report", "--week", "2026-W60"], "2026-W60"),
        (["train", "--name", ""], "--name"),
        (["train", "--name", ".."], "--name"),
        (["train", "--name", "x", "--data", "vihsd"], "READER=FILE"),
        (["users", "invite", "lan", "--role", "boss"], "--role boss"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_a_command_refuses_is_wrong_use_said_in_one_line(
    wrong: list[str], said: str, kiemtin: Command, home: Path
) -> None:
    answer = kiemtin(*wrong)
    assert answer.status == 2
    assert said in answer.complaint


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("desk_port = 99999", "desk_port"),
        ('contat = "x"', "no setting named `contat`"),
        ('contact = "chị Lan"', "contact"),
        ("= nothing", "not valid TOML"),
        ('home = "/x"', "KIEMTIN_HOME"),
        ('[[sources]]\nname = "x"', "sources.0"),
    ],
)
def test_a_wrong_setting_is_named(content: str, said: str, kiemtin: Command, home: Path) -> None:
    (home / "kiemtin.toml").write_text(content, encoding="utf-8")
    answer = kiemtin("crawl")
    assert answer.status == 2
    assert said in answer.complaint


@pytest.mark.parametrize("address", ["nonsense", "mysql://x/y", "postgresql+psycopg://u@h:port/x"])
def test_a_wrong_database_address_is_named(
    address: str, kiemtin: Command, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIEMTIN_DATABASE_URL", address)
    assert "`database_url`" in kiemtin("db", "check").complaint


NEEDS_A_DATABASE = [
    ["crawl"], ["score"], ["report"], ["run", "--desk-only"], ["db", "check"], ["sources", "list"], ["users", "list"],
    ["erase", "feed", "x", "--yes"], ["import", "x.csv"], ["sources", "check", "x"], ["users", "invite", "lan"],
]  # fmt: skip


@pytest.mark.parametrize("command", NEEDS_A_DATABASE, ids=" ".join)
def test_without_a_database_each_command_says_to_run_init(
    command: list[str], kiemtin: Command, bare_home: Path
) -> None:
    answer = kiemtin(*command)
    assert answer.status == 1
    assert "kiemtin init" in answer.complaint
    assert not bare_home.exists()  # and makes nothing on the way


def test_the_folder_can_be_named_by_an_option(kiemtin: Command, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIEMTIN_HOME", "/somewhere/else")
    assert str(home) in kiemtin.well("--home", str(home), "db", "check").out


def test_debug_shows_the_traceback_and_nothing_else_does(kiemtin: Command, bare_home: Path) -> None:
    plain, debug = kiemtin("crawl"), apart("--debug", "crawl")
    assert "kiemtin init" in plain.complaint
    assert "Traceback" in debug.err
    assert plain.status == debug.status == 1


def test_a_program_in_the_background_can_still_be_asked_to_end(small_model: Path) -> None:
    """A script's background jobs ignore Ctrl-C; a request to end must reach them all the same."""
    command = [str(SCRIPT), "classify", "--model", str(small_model)]
    ignoring = ["sh", "-c", 'trap "" INT; exec "$@"', "sh", *command]
    with subprocess.Popen(  # noqa: S603  our own command
        ignoring, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write("Mất nước\n" * BATCH)
        child.stdin.flush()
        child.stdout.readline()
        child.send_signal(signal.SIGTERM)
        _, said = child.communicate(timeout=HANGS_AFTER)
    assert (child.returncode, said.count("\n"), said.startswith("kiemtin: stopped")) == (1, 1, True)
