import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from monitor.collectors.base import PublicPost
from monitor.collectors.files.base import Refusal
from monitor.collectors.files.formats import open_file
from monitor.collectors.files.reading import ImportFile, Row
from monitor.errors import ImportRefused

Write = Callable[[str, str | bytes], Path]


@dataclass(frozen=True)
class Opened:
    """A file that was opened and read to its end."""

    file: ImportFile
    rows: list[Row]

    @property
    def delimiter(self) -> str | None:
        return self.file.sniffed.reader.delimiter if self.file.sniffed.reader else None

    @property
    def posts(self) -> list[PublicPost]:
        return [row for row in self.rows if isinstance(row, PublicPost)]

    @property
    def post(self) -> PublicPost:
        """The only record, which is a post."""
        (post,) = self.rows
        assert isinstance(post, PublicPost)
        return post

    @property
    def texts(self) -> list[str]:
        return [post.text for post in self.posts]

    @property
    def ids(self) -> list[str]:
        return [post.external_id for post in self.posts]

    @property
    def times(self) -> list[str | None]:
        """When each post was published, in UTC."""
        return [post.published_at.isoformat() if post.published_at else None for post in self.posts]

    @property
    def refused(self) -> list[tuple[int, str]]:
        return [(row.line, row.reason) for row in self.rows if isinstance(row, Refusal)]

    @property
    def reasons(self) -> list[str]:
        """Why records were refused, each reason once, in their order."""
        return list(dict.fromkeys(reason for _, reason in self.refused))


def opened(path: Path, **asked: Any) -> Opened:
    file = open_file(path, **asked)
    return Opened(file, list(file.rows()))


def refusal_of(path: Path) -> str:
    """Tell why a file is refused: in one line that begins with its name."""
    with pytest.raises(ImportRefused) as caught:
        opened(path)
    said = str(caught.value)
    assert said.startswith(str(path))
    assert "\n" not in said
    return said


def zipped(path: Path, members: Mapping[str, Any]) -> Path:
    """Write a zip archive; what is neither a text nor bytes is written as JSON."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content if isinstance(content, str | bytes) else json.dumps(content))
    return path


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file; text as UTF-8."""

    def write_file(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write_file


Read = Callable[..., Opened]


@pytest.fixture
def read(write: Write) -> Read:
    """Write a file and read it: `read(name, content, mapping=…)`."""
    return lambda name, content, **asked: opened(write(name, content), **asked)
