"""The search finds what is planted in every form, so that finding nothing means something."""

import base64
import gzip
import json
import zipfile
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest

from monitor.operations.file_search import contents
from tests.monitor.privacy.planted import AUTHORS, PERSONAL, SECRETS, Search

ALL = {**PERSONAL, **AUTHORS, **SECRETS}


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize(
    "write",
    [
        str,
        str.upper,
        quote,
        json.dumps,
        repr,
        lambda value: f"<b>{value}</b>",
        " ".join,
        lambda value: value.replace(" ", "_"),
        *[lambda value, n=n: base64.b64encode(b"x" * n + value.encode() + b"yz").decode() for n in range(3)],
    ],
)
def test_a_value_is_found_however_it_is_written(name: str, write: object) -> None:
    assert callable(write)
    assert Search(ALL).found([f"trước {write(ALL[name])} sau"]) == {name}


def test_what_is_not_there_is_not_found() -> None:
    assert Search(ALL).found(["Nguyễn Văn", "0912 000", "planted", "mật khẩu", ""]) == set()


def test_packed_files_are_searched(tmp_path: Path) -> None:
    name = PERSONAL["name"]
    (tmp_path / "one.gz").write_bytes(gzip.compress(name.encode()))
    with zipfile.ZipFile(tmp_path / "two.xlsx", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("sheet.xml", name)
    np.savez(tmp_path / "three.npz", vocabulary=np.array(["a", name.casefold().replace(" ", "_")]))
    for path in tmp_path.iterdir():
        assert Search(PERSONAL).found(contents(path)) == {"name"}, path
