"""Log lines as JSON, for programs that collect them."""

import json
import logging
from pathlib import Path

import pytest

from monitor.cli.context import announce, warn
from monitor.cli.terminal import LOGGER, configure_log
from tests.monitor.cli.command import Command


@pytest.fixture(autouse=True)
def afterwards() -> object:
    """Give the root logger back as it was."""
    root, own = logging.getLogger(), logging.getLogger(LOGGER)
    handlers, level, own_level = root.handlers, root.level, own.level
    yield
    root.handlers, root.level = handlers, level
    own.setLevel(own_level)


def lines(text: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_failure_is_one_object(kiemtin: Command, bare_home: Path) -> None:
    answer = kiemtin("--log-format", "json", "crawl")
    (entry,) = lines(answer.err)
    assert answer.status == 1
    assert (entry["level"], entry["logger"]) == ("error", "kiemtin")
    assert "kiemtin init" in entry["message"]
    assert entry["time"].endswith("+00:00")


def test_the_variable_does_the_same(kiemtin: Command, bare_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIEMTIN_LOG_FORMAT", "json")
    assert lines(kiemtin("crawl").err)


def test_an_unknown_format_is_wrong_use(kiemtin: Command) -> None:
    answer = kiemtin("--log-format", "papyrus", "crawl")
    assert (answer.status, "plain or json" in answer.complaint) == (2, True)


def test_what_was_done_and_warnings_are_lines_of_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    configure_log("json", debug=False)
    announce("crawl: 3 sources read")
    warn("warning: no HTTPS")
    warn(None)
    written = capsys.readouterr()
    assert written.out == ""
    assert [(entry["level"], entry["message"]) for entry in lines(written.err)] == [
        ("info", "crawl: 3 sources read"),
        ("warning", "warning: no HTTPS"),
    ]


def test_for_people_they_are_plain(capsys: pytest.CaptureFixture[str]) -> None:
    configure_log("plain", debug=False)
    announce("crawl: 3 sources read")
    warn("warning: no \x1b[2J HTTPS")
    written = capsys.readouterr()
    assert (written.out, written.err) == ("crawl: 3 sources read\n", "warning: no \\x1b[2J HTTPS\n")


def test_libraries_stay_silent_and_a_fault_tells_its_class_alone(capsys: pytest.CaptureFixture[str]) -> None:
    configure_log("json", debug=False)
    logging.getLogger("httpx").warning("a retry")
    fault = ValueError("bài của ai đó")
    logging.getLogger("kiemtin.desk").error("a page failed", exc_info=fault)
    (entry,) = lines(capsys.readouterr().err)
    assert (entry["message"], entry["error"]) == ("a page failed", "ValueError")
    assert "bài của ai đó" not in str(entry)
