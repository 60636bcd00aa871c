"""What is written to a terminal or a log: nothing that a terminal obeys, and one JSON object a line where asked."""

import ast
import io
import json
import logging
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.table import Table

import monitor.cli
from monitor.catalogues import translated_line
from monitor.cli.context import announce, warn
from monitor.cli.terminal import LOGGER, configure_log, make_console, printable, printable_json
from tests.monitor.cli.command import Command

TITLE, CLEAR, C1, BIDI = "\x1b]0;đổi tên\x07", "\x1b[2J", "\x9b31m", "\u202egnud"
HOSTILE = f"Xưởng {TITLE}{CLEAR}{C1}{BIDI}\x7f"


def obeyed(text: str) -> list[str]:
    """Give the characters that a terminal would obey."""
    return [
        char for char in text if (ord(char) < 32 and char not in "\n\t") or 127 <= ord(char) < 160 or char == "\u202e"
    ]


@given(st.text())
def test_nothing_that_a_terminal_obeys_is_left(text: str) -> None:
    assert obeyed(printable(text)) == []


@given(st.dictionaries(st.text(), st.text()))
def test_json_keeps_its_meaning(data: dict[str, str]) -> None:
    written = printable_json(json.dumps(data, ensure_ascii=False))
    assert obeyed(written) == []
    assert json.loads(written) == data


def test_vietnamese_and_lines_stay_as_they_are() -> None:
    text = "Xưởng nóng 40 độ\n\tkhông có quạt “🙂”"
    assert printable(text) == text


@pytest.mark.parametrize("markup", [True, False])
def test_a_console_shows_them_in_texts_and_tables(markup: bool, capsys: pytest.CaptureFixture[str]) -> None:
    console = make_console(width=200)
    console.print(HOSTILE, markup=markup)
    table = Table("tên", title=HOSTILE)
    table.add_row(HOSTILE)
    console.print(table)
    out = capsys.readouterr().out
    assert obeyed(out) == []
    assert out.count(r"\x1b") >= 3


def test_the_colours_of_the_console_itself_stay(capsys: pytest.CaptureFixture[str]) -> None:
    make_console(force_terminal=True, color_system="standard").print("[red]đỏ[/red]")
    assert "\x1b[31mđỏ" in capsys.readouterr().out


def test_a_post_from_a_file_and_a_message_are_shown(kiemtin: Command, tmp_path: Path) -> None:
    file = tmp_path / "posts.jsonl"
    file.write_text(json.dumps({"id": "1", "text": HOSTILE, "author": HOSTILE}), encoding="utf-8")
    preview = kiemtin.well("import", str(file), "--dry-run").out
    assert "Xưởng" in preview
    assert obeyed(preview) == []
    assert obeyed(kiemtin("import", str(tmp_path / f"none{CLEAR}.csv")).err) == []
    classified = kiemtin.well("classify", str(file), "--model", "small").out
    assert obeyed(classified) == []


def test_a_name_of_a_source_is_shown(kiemtin: Command) -> None:
    address = f"https://forum.example/{C1}"
    kiemtin.well("sources", "add", f"forum{CLEAR}", "feed", address, "--legal-basis", "Nguồn công khai")
    for arguments in (["sources", "list"], ["sources", "list", "--json"]):
        assert obeyed(kiemtin.well(*arguments).out) == []


def test_commands_write_in_no_other_way() -> None:
    """Only the modules that make texts printable call what writes them."""
    writers = {}
    for file in Path(monitor.cli.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if called in {"print", "Console", "typer.echo", "click.echo", "sys.stdout.write", "sys.stderr.write"}:
                writers.setdefault(file.name, set()).add(called)
    assert writers == {name: {"typer.echo"} for name in ("__init__.py", "context.py", "terminal.py")}


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


def test_a_failure_is_one_object(bare: Command) -> None:
    answer = bare("--log-format", "json", "crawl")
    (entry,) = lines(answer.err)
    assert answer.status == 1
    assert (entry["level"], entry["logger"]) == ("error", "kiemtin")
    assert "kiemtin init" in entry["message"]
    assert entry["time"].endswith("+00:00")


def test_the_variable_does_the_same_and_knows_two_formats(bare: Command) -> None:
    bare.set(log_format="json")
    assert lines(bare("crawl").err)
    bare.set(log_format="papyrus")
    assert (bare("crawl").status, "'plain', 'json'" in bare("crawl").err) == (2, True)


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
    configure_log("plain", debug=False)  # for people
    announce("crawl: 3 sources read")
    warn("warning: no \x1b[2J HTTPS")
    written = capsys.readouterr()
    assert (written.out, written.err) == ("crawl: 3 sources read\n", "warning: no \\x1b[2J HTTPS\n")


def test_lines_of_libraries_that_tell_addresses_are_not_shown_with_debug_either(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_log("plain", debug=True)
    logging.getLogger("httpx").info("HTTP Request: GET https://api.example/?key=AIza")
    logging.getLogger("httpcore.http11").debug("send_request_headers.started key=AIza")
    logging.getLogger("alembic").debug("a step")
    assert capsys.readouterr().err == "a step\n"


def test_libraries_stay_silent_and_a_fault_tells_its_class_alone(capsys: pytest.CaptureFixture[str]) -> None:
    configure_log("json", debug=False)
    logging.getLogger("httpx").warning("a retry")
    fault = ValueError("bài của ai đó")
    logging.getLogger("kiemtin.desk").error("a page failed", exc_info=fault)
    (entry,) = lines(capsys.readouterr().err)
    assert (entry["message"], entry["error"]) == ("a page failed", "ValueError")
    assert "bài của ai đó" not in str(entry)


CHALLENGE = "https://x.vn shows a challenge for browsers: the site does not want to be read by programs"
REFUSED = translated_line(CHALLENGE, "vi")


@pytest.mark.parametrize(
    ("line", "vietnamese"),
    [
        ("Deleted 3 posts.", "Đã xóa 3 bài."),
        ("2 registered, 0 monitored", "đã ghi 2, đang theo dõi 0"),
        (f"sources is off ({CHALLENGE})", f"sources đã tắt ({REFUSED})"),
        ("forum: skipped 2 × no text; 1 × not public", "forum: bỏ qua 2 × không có chữ; 1 × không công khai"),
        ("Put back 9 files of 01/12/2026 into /srv/{home}.", "Đã đưa trở lại 9 tệp, bản 01/12/2026, vào /srv/{home}."),
        (f"a: failed: cannot read x.vn: {CHALLENGE}.", f"a: lỗi: không đọc được x.vn: {REFUSED}."),
        (
            f"2 registered, 1 monitored; in trouble: a is off ({CHALLENGE}); b failed 2 × in a row (no text)",
            f"đã ghi 2, đang theo dõi 1; đang gặp lỗi: a đã tắt ({REFUSED}); b lỗi 2 lần liền (không có chữ)",
        ),
        ("hook is not ready (connection refused)", "hook chưa sẵn sàng (bị từ chối kết nối)"),
        ("Xưởng nóng quá: no text", "Xưởng nóng quá: không có chữ"),
        ("a line that nobody wrote", "a line that nobody wrote"),
    ],
)
def test_a_line_is_translated_with_what_it_quotes_and_names_stay(line: str, vietnamese: str) -> None:
    assert translated_line(line, "vi") == vietnamese
    assert translated_line(line, "en") == line


# Words that no Vietnamese line holds; names of settings, files and commands are taken out before.
ENGLISH = re.compile(
    r"\b(the|is|are|was|were|not|no|with|from|this|that|it|its|run|write|made|choose|has|have|to|of)\b"
)
LITERAL = re.compile(r"`[^`]*`|/\S+|--\S+|https?:\S+|\S+=\S+")


@pytest.mark.parametrize(
    "command",
    [
        *("doctor", "init", "sources list", "users list", "models list", "keys list", "outbox list", "outbox send"),
        *("score", "crawl", "db check", "db upgrade", "report --week 2026-W47", "search nóng", "tip Xưởng-nóng-quá"),
        *("report --week nonsense", "report --month 2031-01", "search", "search --since nonsense nóng"),
        *("sources check nothing", "sources add a telepathy b --legal-basis because", "users invite lan --role king"),
        *("models promote nothing", "models rollback", "import nothing.csv", "export nothing", "outbox test"),
        *("publish", "restore /dev/null", "erase feed nobody --yes", "keys revoke nothing", "backup /proc/nothing/x"),
        *("train --name .", "db confirm-clock", "nonsense", "sources ad", "sources add only-a-name"),
        *("import", "import a b", "crawl --nonsense", "report --month", "restore /nope", "demo --port 0"),
    ],
)
def test_a_command_answers_in_vietnamese_unless_english_is_set(
    command: str, kiemtin: Command, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KIEMTIN_LANGUAGE")
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    answer = kiemtin(*command.split())
    assert ENGLISH.findall(LITERAL.sub("", answer.out + answer.err)) == [], answer
