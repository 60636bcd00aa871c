"""Texts without labels are read from plain lines and from JSON lines.

All rows here were made up for these tests.
"""

import gzip
from pathlib import Path

import pytest

from classifiers.errors import DataInvalid
from tests.benchmarks.tasks.unlabelled import read_texts


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    "content",
    [
        "một\n\nhai\nmột\n",
        '{"text": "một"}\n{"id": 7}\n{"text": "hai", "label": 3}\n',
        gzip.compress('{"title": "một"}\n{"abstract": "hai", "text": null}'.encode()),
    ],
    ids=["plain lines", "json lines", "zipped, other columns"],
)
def test_texts_without_labels_are_read_each_once(tmp_path: Path, content: str | bytes) -> None:
    assert read_texts(write(tmp_path / "texts", content)) == ["một", "hai"]


@pytest.mark.parametrize("content", ["", "\n \n", '{"id": 1}'])
def test_a_file_without_texts_is_explained(tmp_path: Path, content: str) -> None:
    with pytest.raises(DataInvalid, match="holds no text: give JSON lines with a text each, or plain lines"):
        read_texts(write(tmp_path / "texts", content))
