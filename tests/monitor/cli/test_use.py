"""Every command explains itself, wrong use is told apart from failure, and the documentation says who may run what."""

import re
import signal
import subprocess
from pathlib import Path
from shlex import split

import pytest
import typer

from monitor.cli import build
from monitor.cli.classify import BATCH
from tests.examples import examples_of
from tests.monitor.cli.command import HANGS_AFTER, IGNORING, SCRIPT, Command, apart, command_names

REFUSED = examples_of(__file__)
COMMANDS = sorted(command_names(typer.main.get_command(build())))


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example_and_needs_nothing(command: str, bare: Command) -> None:
    bare.set(language="vi")
    answer = bare.well(*command.split(), "--help")
    assert f"kiemtin {command}" in answer.out
    assert "Ví dụ:" in answer.out
    assert re.findall(r"Usage|Options|Commands|default:|required|env var|Show this|\bthe\b", answer.out) == []
    assert not bare.home.exists()


@pytest.mark.parametrize("wrong", REFUSED["by_the_parser"])
def test_what_the_parser_refuses_is_wrong_use(wrong: str, kiemtin: Command) -> None:
    kiemtin.fails("--help`", *split(wrong), status=2)


@pytest.mark.parametrize(("wrong", "said"), REFUSED["by_commands"].items())
def test_what_a_command_refuses_is_wrong_use_said_in_one_line(wrong: str, said: str, kiemtin: Command) -> None:
    kiemtin.fails(said, *split(wrong), status=2)


def test_a_wrong_setting_is_named(kiemtin: Command) -> None:
    (kiemtin.home / "kiemtin.toml").write_text('contat = "x"', encoding="utf-8")
    kiemtin.fails("no setting named `contat`", "crawl", status=2)


@pytest.mark.parametrize("address", ["nonsense", "mysql://x/y", "postgresql+psycopg://u@h:port/x"])
def test_a_wrong_database_address_is_named(address: str, kiemtin: Command) -> None:
    kiemtin.set(database_url=address)
    assert "`database_url`" in kiemtin("db", "check").complaint


NEEDS_A_DATABASE = [
    ["crawl"], ["score"], ["report"], ["run", "--desk-only"], ["db", "check"], ["sources", "list"], ["users", "list"],
    ["erase", "feed", "x", "--yes"], ["import", "x.csv"], ["sources", "check", "x"], ["users", "invite", "lan"],
    ["models", "list"], ["models", "rollback"], ["audit"], ["privacy"], ["keys", "list"],
]  # fmt: skip


@pytest.mark.parametrize("command", NEEDS_A_DATABASE, ids=" ".join)
def test_without_a_database_each_command_says_to_run_init(command: list[str], bare: Command) -> None:
    bare.fails("kiemtin init", *command)
    assert not bare.home.exists()  # and makes nothing on the way


def test_the_folder_can_be_named_by_an_option(kiemtin: Command) -> None:
    kiemtin.set(home="/somewhere/else")
    assert str(kiemtin.home) in kiemtin.well("--home", str(kiemtin.home), "db", "check").out


def test_debug_shows_the_traceback_and_nothing_else_does(bare: Command) -> None:
    plain, debug = bare("crawl"), apart("--debug", "crawl")
    assert "kiemtin init" in plain.complaint
    assert "Traceback" in debug.err
    assert plain.status == debug.status == 1


def test_debug_shows_no_secret(home: Path) -> None:
    with (home / "kiemtin.toml").open("a", encoding="utf-8") as settings:
        settings.write('[secrets]\nfacebook = ["EAABsecret7f3a91c2"]\n')
    answer = apart("--debug", "crawl", KIEMTIN_HOME=str(home), KIEMTIN_BACKUP_PASSPHRASE="rất bí mật")
    assert (answer.status, "Traceback" in answer.err) == (1, True)
    assert "secrets.facebook" in answer.err
    assert not [secret for secret in ("EAABsecret", "rất bí mật") if secret in answer.err]


def test_a_program_in_the_background_can_still_be_asked_to_end(small_model: Path) -> None:
    """A script's background jobs ignore Ctrl-C; a request to end must reach them all the same."""
    command = [*IGNORING, str(SCRIPT), "classify", "--model", str(small_model)]
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with subprocess.Popen(command, text=True, **pipes) as child:  # type: ignore[call-overload]  # noqa: S603
        child.stdin.write("Mất nước\n" * BATCH)
        child.stdin.flush()
        child.stdout.readline()
        child.send_signal(signal.SIGTERM)
        _, said = child.communicate(timeout=HANGS_AFTER)
    assert (child.returncode, said.count("\n"), said.startswith("kiemtin: stopped")) == (1, 1, True)


def test_who_may_run_each_command_is_documented() -> None:
    page = (Path(__file__).parents[3] / "docs" / "accounts.md").read_text(encoding="utf-8")
    table = page.partition("<!-- commands -->")[2].partition("<!-- /commands -->")[0]
    rows = re.findall(r"^\| (`.+`) \| (\w+) \|$", table, re.MULTILINE)
    listed = {name: who for names, who in rows for name in re.findall(r"`([^`]+)`", names)}
    assert sorted(listed) == COMMANDS
    assert set(listed.values()) == {"operator", "anybody"}
    assert [name for name, who in listed.items() if who == "anybody"] == ["demo"]
