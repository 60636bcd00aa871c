"""What a file is: compression, encoding, format; and files that cannot be imported at all."""

import gzip
import hashlib
import os
import tracemalloc
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collectors.base import PublicPost
from monitor.collectors.files.base import (
    BAD_BYTES,
    BROKEN_QUOTES,
    ENDED_EARLY,
    MOST_BLANK_LINES,
    MOST_COLUMNS,
    MOST_REFUSED_IN_A_ROW,
    NOT_JSON,
    TOO_MANY_BLANK,
    TOO_MANY_REFUSED,
    UNPACKS_TOO_MUCH,
    WRONG_WIDTH,
    Refusal,
)
from monitor.collectors.files.formats import open_file
from monitor.errors import ImportRefused
from tests.monitor.collectors.files.conftest import Read, Write, refusal_of

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


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("utf-8", CSV.encode()),
        ("utf-8-sig", CSV.encode("utf-8-sig")),
        ("utf-16", CSV.encode("utf-16")),
        ("cp1258", windows_1258(CSV)),
    ],
)
@pytest.mark.parametrize("compressed", [False, True])
def test_encodings_are_told_by_content_also_when_compressed(
    read: Read, encoding: str, content: bytes, *, compressed: bool
) -> None:
    opened = read("posts", gzip.compress(content) if compressed else content)
    assert (opened.file.sniffed.encoding, opened.file.format, opened.file.columns[0]) == (encoding, "csv", "id")
    texts = [unicodedata.normalize("NFC", text) for text in opened.texts]
    assert texts == ["Tiền lương tháng này chậm", "Đường ngập quá"]


def test_a_file_is_described_by_its_own_bytes(write: Write) -> None:
    content = gzip.compress(CSV.encode(), mtime=0)
    file = open_file(write("posts.csv.gz", content))
    assert (file.sniffed.sha256, file.sniffed.size_bytes) == (hashlib.sha256(content).hexdigest(), len(content))


def test_a_name_does_not_outweigh_the_content(write: Write) -> None:
    assert open_file(write("posts.csv", '{"text": "a"}\n')).format == "jsonl"
    assert open_file(write("posts.txt", "id,text\n1,a\n")).format == "csv"


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (CSV.encode() + b"3;h\xffng;x\n", 4),
        (b"id;N\xc3\x28i dung;text\n1;a;L\xc6\xb0\xc6\xa1ng\n", 0),
        (b"\xff\xfe" + CSV.encode(), 0),
    ],
    ids=["in a row", "in the head", "before it"],
)
def test_a_few_bad_bytes_cost_their_lines_only(read: Read, content: bytes, line: int) -> None:
    opened = read("posts.csv", content + "4;Cuối;Cuối\n".encode())
    assert opened.texts[-1] == "Cuối"
    assert opened.refused == ([(line, BAD_BYTES)] if line else [])


GZIPPED = gzip.compress(CSV.encode(), mtime=0)


@pytest.mark.parametrize(
    ("name", "content", "last"),
    [
        ("posts.csv", CSV.encode("utf-16")[:-1], (3, ENDED_EARLY)),
        ("posts.csv.gz", GZIPPED + GZIPPED[:10] + b"\xff" * 20, (4, ENDED_EARLY)),
        ("posts.csv.gz", GZIPPED[:-8] + b"\0" * 8, (4, ENDED_EARLY)),
    ],
    ids=["half a character", "damaged in the middle", "damaged end"],
)
def test_a_damaged_file_gives_its_rows_and_says_so(
    read: Read, name: str, content: bytes, last: tuple[int, str]
) -> None:
    opened = read(name, content)
    assert opened.texts[0] == "Tiền lương tháng này chậm"
    assert opened.refused == [last]


def test_a_gzip_file_that_was_cut_gives_its_rows_and_says_so(read: Read) -> None:
    digests = (hashlib.sha256(bytes([number % 256, number // 256])).hexdigest() for number in range(5_000))
    lines = "".join(f'{{"id": "{digest}", "text": "bài {digest}"}}\n' for digest in digests)
    whole = gzip.compress(lines.encode())
    opened = read("posts.jsonl.gz", whole[: len(whole) // 2])
    assert len(opened.posts) == len(opened.rows) - 1 > 1_000
    assert opened.reasons == [ENDED_EARLY]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("posts.csv", b"", "is empty"),
        ("posts.csv", b" \n\n", "is empty"),
        ("posts.csv.gz", gzip.compress(b"", mtime=0), "is empty"),
        ("posts.pdf", b"%PDF-1.7", "PDF document: save it as CSV"),
        ("posts.bin", bytes(range(256)) * 10, "not a text file"),
        ("posts.csv", b"id,text\n1,\xb8\xb5\xb6\xb7\xb9\xa8\xbe\xbb\n", "no known encoding"),
        ("posts.html", b"<!DOCTYPE html><p>a", "web page"),
        ("posts.json", b'{\n "posts": []\n}', "one JSON document, and none of its lists"),
        ("posts.jsonl", b"id,text\n1,a\n", "named like JSON lines and holds none"),
        ("posts.jsonl", b"{broken\n{broken\n", "none of the first"),
        ("posts.gz", gzip.compress(b"text\na\n", mtime=0)[:10], "damaged gzip file"),
        ("posts.csv", b'"\n', "no first row"),
        ("posts.csv", b"\xe5", "no first row"),
        ("posts.csv", "\u00a0\n".encode(), "no first row"),
    ],
)
def test_a_file_that_cannot_be_imported_is_refused_in_one_line(
    write: Write, name: str, content: bytes, message: str
) -> None:
    assert message in refusal_of(write(name, content))


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ImportRefused, match="there is no file"):
        open_file(tmp_path / "missing.csv")
    assert "is a folder" in refusal_of(tmp_path)
    assert "is not a file" in refusal_of(tmp_path / "pipe")


def test_a_file_that_vanished_is_refused_when_it_is_read(write: Write) -> None:
    path = write("posts.csv", CSV)
    file = open_file(path)
    path.unlink()
    with pytest.raises(ImportRefused, match="there is no file"):
        list(file.rows())


def test_a_large_file_is_read_in_little_memory(write: Write) -> None:
    path = write("posts.csv", "id,text\n" + "".join(f'{number},"{"xin chào " * 20}"\n' for number in range(20_000)))
    tracemalloc.start()
    count = sum(1 for _ in open_file(path).rows())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 20_000
    assert peak < path.stat().st_size / 1.2
    assert peak < 4_000_000


GOOD = "p-1,Chưa nhận lương,2026-11-02\n"
HEADER = "id,text,published_at\n"
BLANKS = MOST_BLANK_LINES + 1_000
BROKEN = MOST_REFUSED_IN_A_ROW + 2_000


@pytest.mark.parametrize(
    ("name", "content", "reasons"),
    [
        ("a.csv", HEADER + GOOD + "\n" * BLANKS + GOOD, [[TOO_MANY_BLANK]]),
        ("a.csv", HEADER + GOOD + ",,\n" * BLANKS, [[TOO_MANY_BLANK]]),
        ("a.csv", HEADER + GOOD + ' , ,"" \n' * BLANKS, [[BROKEN_QUOTES, TOO_MANY_REFUSED]]),
        ("a.csv", HEADER + GOOD + '"\n"\n' * BLANKS, [[WRONG_WIDTH, TOO_MANY_REFUSED], [TOO_MANY_BLANK]]),
        ("a.csv.gz", gzip.compress((HEADER + GOOD + "\n" * 2_000_000).encode()), [[TOO_MANY_BLANK]]),
        (
            "a.csv.gz",
            gzip.compress((HEADER + GOOD + f"2,{'a' * 999_000}\n" * 80).encode()),
            [[WRONG_WIDTH, UNPACKS_TOO_MUCH]],
        ),
        (
            "a.jsonl.gz",
            gzip.compress('{"id": "p-1", "text": "Chưa nhận lương"}\n'.encode() + b"\n" * 2_000_000),
            [[TOO_MANY_BLANK]],
        ),
        (
            "a.csv",
            HEADER + GOOD + 'p-2,"chưa đóng\n' + "chữ\n" * BROKEN,
            [[BROKEN_QUOTES, WRONG_WIDTH, TOO_MANY_REFUSED]],
        ),
        ("a.csv", HEADER + GOOD + 'p-2,"chưa đóng,2026-11-02\n' * BROKEN, [[BROKEN_QUOTES, TOO_MANY_REFUSED]]),
        ("a.jsonl", '{"id": "1", "text": "a"}\n' + "[\n" * BROKEN, [[NOT_JSON, TOO_MANY_REFUSED]]),
        (
            "a.ndjson",
            '{"data": {"id": "1", "desc": "a", "createTime": 1, "author": {"uniqueId": "b"}}, "item_id": "1", '
            '"source_platform": "tiktok"}\n' + "[\n" * BROKEN,
            [[NOT_JSON, TOO_MANY_REFUSED]],
        ),
    ],
    ids=[
        *("empty lines", "empty values", "quoted empty values", "quoted line ends", "gzipped lines", "gzipped text"),
        *("gzipped JSON", "open quote", "open quotes", "JSON lines", "captures"),
    ],
)
def test_a_file_without_end_is_read_up_to_a_limit_and_says_why(
    read: Read, name: str, content: str | bytes, reasons: list[list[str]]
) -> None:
    opened = read(name, content)
    assert len(opened.posts) == 1
    assert opened.reasons in reasons
    assert len(opened.refused) <= MOST_REFUSED_IN_A_ROW + 2


def test_records_that_can_be_read_now_and_then_are_read_to_the_end(read: Read) -> None:
    opened = read("a.csv", HEADER + ("chữ\n" * (MOST_REFUSED_IN_A_ROW // 2) + GOOD) * 3)
    assert (len(opened.posts), opened.reasons) == (3, [WRONG_WIDTH])


def test_of_ten_thousand_columns_the_first_thousand_are_read_and_the_rest_still_tells_rows_apart(read: Read) -> None:
    names = ",".join(["text", *(f"c{number}" for number in range(9_999))])
    rows = "".join(f"Chưa nhận lương{',1' * 9_998},{last}\n" for last in (1, 2, 2))
    opened = read("a.csv", f"{names}\n{rows}")
    assert len(opened.file.columns) == MOST_COLUMNS
    assert "only the first 1,000 of its 10,000 columns are read" in opened.file.notes
    one, two, again = opened.ids
    assert one != two == again


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
