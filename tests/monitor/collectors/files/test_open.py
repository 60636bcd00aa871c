"""What a file is: compression, encoding, format; and files that cannot be imported at all."""

import gzip
import hashlib
import os
import tracemalloc
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collectors.base import PublicPost
from monitor.collectors.files import ROW, Refusal, open_file
from monitor.collectors.files.base import BAD_BYTES, ENDED_EARLY, MOST_BLANK_LINES, TOO_MANY_BLANK, UNPACKS_TOO_MUCH
from monitor.errors import ImportRefused

Write = Callable[[str, str | bytes], Path]
CSV = "id;Nội dung;Ngày đăng\n1;Tiền lương tháng này chậm;24/11/2025 10:00\n2;Đường ngập quá;25/11/2025\n"
TONES = "\u0300\u0301\u0303\u0309\u0323"


def windows_1258(text: str) -> bytes:
    """Encode as old Vietnamese programs do: letters with their shape, the tone as a mark behind them."""
    encoded = bytearray()
    for char in unicodedata.normalize("NFC", text):
        parts = unicodedata.normalize("NFD", char)
        shape = unicodedata.normalize("NFC", "".join(part for part in parts if part not in TONES))
        encoded += (shape + "".join(part for part in parts if part in TONES)).encode("cp1258")
    return bytes(encoded)


def texts(path: Path) -> list[str]:
    return [unicodedata.normalize("NFC", row.text) for row in open_file(path).rows() if isinstance(row, PublicPost)]


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("utf-8", CSV.encode()),
        ("utf-8-sig", CSV.encode("utf-8-sig")),
        ("utf-16", CSV.encode("utf-16")),
        ("utf-16-le", CSV.encode("utf-16-le")),
        ("utf-16-be", CSV.encode("utf-16-be")),
        ("cp1258", windows_1258(CSV)),
    ],
)
@pytest.mark.parametrize("compressed", [False, True])
def test_encodings_are_told_by_content_also_when_compressed(
    write: Write, encoding: str, content: bytes, *, compressed: bool
) -> None:
    path = write("posts", gzip.compress(content) if compressed else content)
    file = open_file(path)
    assert (file.encoding, file.format, file.columns[0]) == (encoding, "csv", "id")
    assert texts(path) == ["Tiền lương tháng này chậm", "Đường ngập quá"]


def test_a_file_is_described_by_its_own_bytes(write: Write) -> None:
    content = gzip.compress(CSV.encode(), mtime=0)
    file = open_file(write("posts.csv.gz", content))
    assert (file.sha256, file.size_bytes) == (hashlib.sha256(content).hexdigest(), len(content))


def test_a_name_does_not_outweigh_the_content(write: Write) -> None:
    assert open_file(write("posts.csv", '{"text": "a"}\n')).format == "jsonl"
    assert open_file(write("posts.txt", "id,text\n1,a\n")).format == "csv"


def test_a_few_bad_bytes_cost_their_lines_only(write: Write) -> None:
    path = write("posts.csv", CSV.encode() * 1 + b"3;h\xffng;x\n" + "4;Cuối;x\n".encode())
    assert texts(path) == ["Tiền lương tháng này chậm", "Đường ngập quá", "Cuối"]
    assert [row.reason for row in open_file(path).rows() if isinstance(row, Refusal)] == [BAD_BYTES]


def test_half_a_character_at_the_end_of_a_wide_file_is_told(write: Write) -> None:
    rows = list(open_file(write("posts.csv", CSV.encode("utf-16")[:-1])).rows())
    assert isinstance(rows[0], PublicPost)
    assert rows[-1] == Refusal(3, ENDED_EARLY)


def test_a_gzip_file_that_was_cut_gives_its_rows_and_says_so(write: Write) -> None:
    digests = (hashlib.sha256(bytes([number % 256, number // 256])).hexdigest() for number in range(5_000))
    lines = "".join(f'{{"id": "{digest}", "text": "bài {digest}"}}\n' for digest in digests)
    whole = gzip.compress(lines.encode())

    rows = list(open_file(write("posts.jsonl.gz", whole[: len(whole) // 2])).rows())

    assert len(rows) > 1_000
    assert all(isinstance(row, PublicPost) for row in rows[:-1])
    assert isinstance(rows[-1], Refusal)
    assert rows[-1].reason == ENDED_EARLY


def test_a_gzip_file_that_is_damaged_in_the_middle_says_so(write: Write) -> None:
    path = write(
        "posts.csv.gz", gzip.compress(CSV.encode(), mtime=0) + gzip.compress(CSV.encode(), mtime=0)[:10] + b"\xff" * 20
    )
    assert texts(path) == ["Tiền lương tháng này chậm", "Đường ngập quá"]
    assert list(open_file(path).rows())[-1] == Refusal(4, ENDED_EARLY)


def test_a_gzip_file_with_a_damaged_end_says_so(write: Write) -> None:
    whole = gzip.compress(CSV.encode(), mtime=0)
    rows = list(open_file(write("posts.csv.gz", whole[:-8] + b"\0" * 8)).rows())
    assert [type(row) for row in rows] == [PublicPost, PublicPost, Refusal]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("posts.csv", b"", "is empty"),
        ("posts.csv", b" \n\n", "is empty"),
        ("posts.csv.gz", gzip.compress(b"", mtime=0), "is empty"),
        ("posts.xlsx", b"PK\x03\x04rest", "a damaged zip archive"),
        ("posts.pdf", b"%PDF-1.7", "PDF document: save it as CSV"),
        ("posts.xls", b"\xd0\xcf\x11\xe0rest", "old Office file: save it as CSV"),
        ("posts.bin", bytes(range(256)) * 10, "not a text file"),
        ("posts.csv", b"id,text\n1,\xb8\xb5\xb6\xb7\xb9\xa8\xbe\xbb\n", "no known encoding"),
        ("posts.html", b"<!DOCTYPE html><p>a", "web page"),
        ("posts.json", b'[{"text": "a"}]', "one JSON document: write one object a line"),
        ("posts.json", b'{\n "posts": []\n}', "one JSON document"),
        ("posts.jsonl", b"id,text\n1,a\n", "named like JSON lines and holds none"),
        ("posts.jsonl", b"{broken\n{broken\n", "none of the first"),
        ("posts.gz", gzip.compress(b"text\na\n", mtime=0)[:10], "damaged gzip file"),
        ("posts.csv", b'"\n', "no first row"),
    ],
)
def test_a_file_that_cannot_be_imported_is_refused_in_one_line(
    write: Write, name: str, content: bytes, message: str
) -> None:
    path = write(name, content)
    with pytest.raises(ImportRefused, match=message) as caught:
        open_file(path)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith(str(path))


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="there is no file"):
        open_file(tmp_path / "missing.csv")
    with pytest.raises(ImportRefused, match="is a folder"):
        open_file(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ImportRefused, match="is not a file"):
        open_file(tmp_path / "pipe")


def test_a_file_that_vanished_is_refused_when_it_is_read(write: Write) -> None:
    path = write("posts.csv", CSV)
    file = open_file(path)
    path.unlink()
    with pytest.raises(ImportRefused, match="there is no file"):
        list(file.rows())


def test_without_an_identifier_all_that_a_row_says_makes_one(write: Write) -> None:
    content = "text,date\nLương chậm,2025-01-01\nLu\u031bo\u031bng cha\u0323\u0302m,2025-01-01\nLương chậm,2025-01-02\n"
    first, decomposed, later = (row for row in open_file(write("a.csv", content)).rows())
    assert isinstance(first, PublicPost)
    assert isinstance(decomposed, PublicPost)
    assert isinstance(later, PublicPost)
    assert first.external_id.startswith(ROW)
    assert first.external_id == decomposed.external_id
    assert later.external_id != first.external_id
    assert decomposed.text == "Lu\u031bo\u031bng cha\u0323\u0302m"  # the original stays as it was written


def test_a_large_file_is_read_in_little_memory(write: Write) -> None:
    path = write("posts.csv", "id,text\n" + "".join(f'{number},"{"xin chào " * 20}"\n' for number in range(20_000)))
    tracemalloc.start()
    count = sum(1 for _ in open_file(path).rows())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 20_000
    assert peak < path.stat().st_size / 1.2
    assert peak < 4_000_000


def test_empty_lines_without_end_are_not_read_to_the_end(write: Write) -> None:
    rows = list(open_file(write("a.csv", "id,text\n1,a\n" + "\n" * (MOST_BLANK_LINES + 5) + "2,b\n")).rows())
    assert isinstance(rows[0], PublicPost)
    assert rows[1:] == [Refusal(MOST_BLANK_LINES + 3, TOO_MANY_BLANK)]


def test_a_small_file_that_unpacks_to_a_large_one_is_not_read_to_the_end(write: Write) -> None:
    line = b"2," + b"a" * 999_000 + b"\n"
    rows = list(open_file(write("a.csv.gz", gzip.compress(b"id,text\n1,a\n" + line * 80))).rows())
    assert isinstance(rows[0], PublicPost)
    assert isinstance(rows[-1], Refusal)
    assert rows[-1].reason == UNPACKS_TOO_MUCH
    assert len(rows) < 80


@given(content=st.binary(max_size=300))
def test_any_bytes_are_refused_or_read_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(b"id,text\n" + content)
    try:
        rows = list(open_file(path).rows())
    except ImportRefused:
        return
    assert all(isinstance(row, PublicPost | Refusal) for row in rows)
    assert len(rows) <= content.count(b"\n") + content.count(b"\r") + 1
