"""Read texts without labels, from which the tasks learn embeddings."""

from collections.abc import Iterator
from pathlib import Path

from classifiers.data.datasets import read_lines, read_rows
from classifiers.errors import DataInvalid


def read_texts(path: Path) -> list[str]:
    """Read texts without labels: JSON lines (whatever they hold of title, text and abstract), or one text a line.

    Raises:
        DataInvalid: When the file cannot be read, or holds no text.

    """
    texts = [" ".join(line.split()) for line in _plain_texts(path)]
    distinct = list(dict.fromkeys(filter(None, texts)))
    if not distinct:
        message = f"{path} holds no text: give JSON lines with a text each, or plain lines"
        raise DataInvalid(message)
    return distinct


def _plain_texts(path: Path) -> Iterator[str]:
    lines = read_lines(path)
    if not next((line for line in lines if line.strip()), "").lstrip().startswith("{"):
        yield from lines
        return
    for row in read_rows(path):
        yield "\n".join(str(row[column]) for column in ("title", "text", "abstract") if row.get(column))
