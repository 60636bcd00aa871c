"""A search of files finds what is packed in them, and costs no more than their length."""

import gzip
import os
import tarfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from monitor.operations import file_search
from monitor.operations.file_search import contents, unpacked


def holds(texts: Iterator[str], name: str) -> bool:
    return any(name in text for text in texts)


def test_a_page_in_a_capture_in_a_backup_is_found(tmp_path: Path) -> None:
    record = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress("chị Lan kể".encode())
    capture = gzip.compress(b"request") + gzip.compress(record)
    with tarfile.open(tmp_path / "backup", "w:gz") as archive:
        for name in ("first", "second"):
            member = tarfile.TarInfo(name)
            member.size = len(capture)
            archive.addfile(member, BytesIO(capture))
    assert holds(contents(tmp_path / "backup"), "chị Lan")


def test_a_stream_that_is_cut_off_is_read_as_far_as_it_goes() -> None:
    packed = gzip.compress("chị Lan kể".encode() + os.urandom(100_000))
    assert holds(unpacked(packed[: len(packed) // 2]), "chị Lan")
    assert holds(unpacked(b"page: " + packed[: len(packed) // 2]), "chị Lan")


@pytest.mark.parametrize("before", [0, 1, 90, 99, 100, 101, 150, 199])
def test_a_long_file_is_read_in_pieces_and_a_name_between_two_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: int
) -> None:
    monkeypatch.setattr(file_search, "_PIECE", 100)
    monkeypatch.setattr(file_search, "_OVERLAP", 30)
    (tmp_path / "database").write_bytes(b"x" * before + "chị Lan".encode() + b"x" * 250)
    texts = list(contents(tmp_path / "database"))
    assert max(map(len, texts)) <= 130
    assert holds(iter(texts), "chị Lan")


def test_what_looks_like_the_begin_of_a_stream_costs_no_copy_of_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of random bytes, as of a sealed backup, very many do."""
    monkeypatch.setattr(file_search, "_GZIP", b"\x1f")
    body, read = os.urandom(1 << 20), 0

    class Counted(bytes):
        def __getitem__(self, place: Any) -> Any:
            nonlocal read
            part: Any = super().__getitem__(place)
            read += len(part)
            return part

    list(file_search._streams(Counted(body)))
    assert read < 20 * len(body)
