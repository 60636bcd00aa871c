"""What a terminal would obey is shown, not sent, wherever it comes from."""

import ast
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.table import Table

import monitor.cli
from monitor.cli.terminal import make_console, printable, printable_json
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


def test_a_post_from_a_file_and_a_message_are_shown(kiemtin: Command, home: Path, tmp_path: Path) -> None:
    file = tmp_path / "posts.jsonl"
    file.write_text(json.dumps({"id": "1", "text": HOSTILE, "author": HOSTILE}), encoding="utf-8")
    preview = kiemtin.well("import", str(file), "--dry-run").out
    assert "Xưởng" in preview
    assert obeyed(preview) == []
    assert obeyed(kiemtin("import", str(tmp_path / f"none{CLEAR}.csv")).err) == []
    classified = kiemtin.well("classify", str(file), "--model", "small").out
    assert obeyed(classified) == []


def test_a_name_of_a_source_is_shown(kiemtin: Command, home: Path) -> None:
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
