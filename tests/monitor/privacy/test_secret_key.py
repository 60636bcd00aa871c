"""The key of an installation: whole, random, private, or refused."""

import errno
import os
from pathlib import Path

import pytest

from monitor.errors import NotReady
from monitor.privacy.secret_key import KEY_BYTES, make_key, read_key


def test_a_key_is_made_once(tmp_path: Path) -> None:
    path = tmp_path / "home" / "secret.key"
    assert make_key(path)
    key = read_key(path)
    assert len(key) == KEY_BYTES
    assert not make_key(path)
    assert read_key(path) == key


@pytest.mark.parametrize("content", ["", "\n", "00", "ab" * 31, "ab" * 33, "no digits", "é", "ab" * 31 + "a"])
def test_a_key_that_is_not_whole_is_refused_everywhere(tmp_path: Path, content: str) -> None:
    path = tmp_path / "secret.key"
    path.write_text(content, encoding="utf-8")
    for use in (read_key, make_key):
        with pytest.raises(NotReady, match=r"^the key .* is not whole: bring it back from your backup[^\n]*$"):
            use(path)
    assert path.read_text(encoding="utf-8") == content


def test_a_full_disk_leaves_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(NotReady, match="cannot be written: No space left on device"):
        make_key(tmp_path / "secret.key")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_key_names_the_command_that_makes_one(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match="is missing: run `kiemtin init`"):
        read_key(tmp_path / "secret.key")
