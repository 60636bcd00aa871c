"""The file of refused records: beside the input, safe to open, and gone when all is well."""

import csv
import io
from pathlib import Path

import pytest

from monitor.collectors.files.base import Refusal
from monitor.collectors.files.formats import open_file
from monitor.collectors.files.refused_file import RefusedFile
from tests.monitor.collectors.files.conftest import Write


def written(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


@pytest.fixture
def imported(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    path = folder / "posts.csv"
    path.write_text("id,text\n", encoding="utf-8")
    return path


def test_refusals_stand_beside_the_file_with_a_byte_order_mark(imported: Path) -> None:
    with RefusedFile(imported) as refused:
        refused.add(Refusal(4, "no text", "3,,Tài khoản"))
        assert [path.name for path in imported.parent.glob("*.csv")] == ["posts.csv"]
    assert refused.path == imported.with_name("posts.csv.refused.csv")
    assert refused.path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert written(refused.path) == [["line", "reason", "record begins"], ["4", "no text", "3,,Tài khoản"]]


@pytest.mark.parametrize(
    ("excerpt", "cell"),
    [*((f"{start}HYPERLINK(1)", f"'{start}HYPERLINK(1)") for start in ("=", "+", "-", "@", "\t", "\r", " =")),
     ("h\udcffng\0", "h\\udcffng\\0")],
    ids=repr,
)  # fmt: skip
def test_no_cell_is_a_formula_and_bytes_that_are_no_text_are_escapes(excerpt: str, cell: str, imported: Path) -> None:
    with RefusedFile(imported) as refused:
        refused.add(Refusal(1, "no text", excerpt))
    assert refused.path
    assert written(refused.path)[1][2] == cell


def test_where_the_folder_may_not_be_written_there_is_no_file(imported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.collectors.files.refused_file.os.access", lambda place, _: place != imported.parent)
    with RefusedFile(imported) as refused:
        refused.add(Refusal(1, "x", "y"))
    assert refused.path is None
    assert [path.name for path in imported.parent.iterdir()] == ["posts.csv"]


def test_a_file_of_somebody_else_is_never_touched(imported: Path) -> None:
    own = imported.with_name("posts.csv.refused.csv")
    own.write_text("ghi chú của tôi", encoding="utf-8")
    with RefusedFile(imported):
        pass
    with RefusedFile(imported) as refused:
        refused.add(Refusal(1, "x", "y"))
    assert own.read_text(encoding="utf-8") == "ghi chú của tôi"
    assert refused.path is None


def test_where_nothing_is_refused_any_more_the_old_file_goes(imported: Path) -> None:
    with RefusedFile(imported) as first:
        first.add(Refusal(1, "x", "y"))
    with RefusedFile(imported) as second:
        pass
    assert second.path is None
    assert [path.name for path in imported.parent.iterdir()] == ["posts.csv"]


def test_an_import_that_breaks_off_leaves_no_half_file(imported: Path) -> None:
    def break_off() -> None:
        with RefusedFile(imported) as refused:
            refused.add(Refusal(1, "x", "y"))
            raise ConnectionError

    with pytest.raises(ConnectionError):
        break_off()
    assert [path.name for path in imported.parent.iterdir()] == ["posts.csv"]


@pytest.mark.parametrize(
    ("name", "content", "excerpt"),
    [
        ("a.csv", "id,text\n1,\n2,b\n", "1,"),
        ("a.csv", 'id,text\n1,"a\n2,b\n', '1,"a'),
        ("a.csv", b"id,text\n1,h\xffng\n2,b\n" + ("3,đường\n" * 9).encode(), "1,h\udcffng"),
        ("a.csv", f"id,text\n1,{'x' * 1_000_001}\n2,b\n", "1," + "x" * 198),
        ("a.jsonl", '{"text": ""}\n{"text": "b"}\n', '{"text": ""}'),
        ("a.jsonl", '{"text": "b"}\n{hỏng\n', "{hỏng"),
    ],
    ids=["no text", "quotes", "bytes", "too long", "json without text", "broken json"],
)
def test_a_refusal_tells_how_its_record_begins(name: str, content: str | bytes, excerpt: str, write: Write) -> None:
    (refusal,) = (row for row in open_file(write(name, content)).rows() if isinstance(row, Refusal))
    assert refusal.excerpt == excerpt
