"""Readers of labelled texts: the project's corpus, and public sets in the form in which they are published.

Examples carry only the labels that their set annotates; the models of other labels are not trained on them.
"""

import csv
import gzip
import hashlib
import io
import json
import tomllib
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from importlib import resources
from pathlib import Path
from typing import Any, Final

from classifiers.errors import DataInvalid
from classifiers.labels import LABEL_NAMES

GZIP_MAGIC = b"\x1f\x8b"
CRITICISM = "criticism"  # the subclass whose false-positive rate is limited
FACTS = ("id", "kind", "topic", "register", "platform", "group", "stratum")
PUBLIC_SETS_FILE: Final = "public_sets.toml"  # beside this module
SECOND_LABELS = "second_labels.jsonl"  # the labels that some posts were given a second time, in the corpus folder


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled text.

    Args:
        text: The text as it was published.
        labels: Yes or no for each label that is known.
        facts: What serves slices of an evaluation.
        grades: For borderline texts, how much of a yes (0 to 1) a label's head learns; measuring keeps to `labels`.
        title: The title of the article or post that the text answers; empty where it answers none.

    """

    text: str
    labels: Mapping[str, bool]
    facts: Mapping[str, str] = field(default_factory=dict)
    grades: Mapping[str, float] = field(default_factory=dict)
    title: str = ""


@dataclass(frozen=True, slots=True)
class PublicSet:
    """How a published data set is read; see public_sets.toml.

    Args:
        name: The name used on the command line.
        title: Its published name and where it is described.
        text: Columns that may hold the text, newest form first.
        label: Columns that may hold the label.
        classes: The set's own classes, by the value in the label column.
        ours: The label of ours that some of its classes mean.
        values: The values in the label column that mean it.

    """

    name: str
    title: str
    text: Sequence[str]
    label: Sequence[str]
    classes: Mapping[str, str]
    ours: str
    values: Sequence[str]


@cache
def public_sets() -> tuple[PublicSet, ...]:
    """Read public_sets.toml, once a process."""
    text = (resources.files("classifiers.data") / PUBLIC_SETS_FILE).read_text(encoding="utf-8")
    return tuple(PublicSet(name=name, **table) for name, table in tomllib.loads(text).items())


def public_set(name: str) -> PublicSet:
    """Find a public set by name.

    Raises:
        DataInvalid: When no reader has that name.

    """
    known = {each.name: each for each in public_sets()}
    if name not in known:
        raise DataInvalid(f"there is no reader named {name!r}: choose one of {', '.join(known)} or `own`")
    return known[name]


def read_corpus() -> list[Example]:
    """Read the posts that were written and labelled for this project, in a fixed order."""
    folder = resources.files("classifiers") / "corpus"
    examples: list[Example] = []
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if entry.name.endswith(".jsonl") and entry.name != SECOND_LABELS:
            examples.extend(_own_examples(entry.name, entry.read_text(encoding="utf-8").splitlines()))
    return examples


def read_named(name: str, path: Path) -> list[Example]:
    """Read a labelled file with our labels.

    Args:
        name: A public set's name, or `own` for JSON lines in the shape of the project's corpus.
        path: The file, as published (CSV or JSON lines), gzipped or not.

    Raises:
        DataInvalid: When the file cannot be read or lacks the columns.

    """
    if name == "own":
        return list(_own_examples(str(path), read_lines(path)))
    known = public_set(name)
    rows = (row for row in map(partial(_labelled_row, known, path), read_rows(path)) if row is not None)
    examples = [Example(text, {known.ours: value in known.values}, title=title) for text, value, title in rows]
    if not examples:
        raise DataInvalid(f"{path} holds no labelled text for {name}")
    return examples


def label_order(examples: Sequence[Example]) -> list[str]:
    """List the labels in the order in which the examples name them."""
    return list(dict.fromkeys(label for example in examples for label in example.labels))


def data_hash(examples: Iterable[Example]) -> str:
    """Hash what a model is trained on: texts, labels, grades, kinds and topics, in their order."""
    digest = hashlib.sha256()
    for example in examples:
        facts = [example.facts.get(name, "") for name in ("kind", "topic")]
        record = [example.text, sorted(example.labels.items()), *sorted(example.grades.items()), *facts]
        digest.update(json.dumps(record, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def hash_of(*parts: object) -> str:
    """Hash what a model depends on, by its representation."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _own_examples(place: str, lines: Iterable[str]) -> Iterator[Example]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            labels = _own_labels(record["labels"])
            facts = {key: " ".join(str(record[key]).split()) for key in FACTS if record.get(key) is not None}
            "".join(facts.values()).encode()  # a name with half of a character could not be stored
            text = str(record["text"])
            grades = {str(label): float(grade) for label, grade in record.get("grade", {}).items()}
            title = " ".join(str(record.get("title") or "").split())
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise DataInvalid(f"{place}, line {number}: not a labelled post: {error}") from error
        if unknown := (labels | grades.keys()) - set(LABEL_NAMES):
            raise DataInvalid(f"{place}, line {number}: unknown label {min(unknown)!r}")
        if outside := [grade for grade in grades.values() if not 0 <= grade <= 1]:
            raise DataInvalid(f"{place}, line {number}: a grade lies between 0 and 1, not {outside[0]}")
        yield Example(text, {label: label in labels for label in LABEL_NAMES}, facts, grades, title)


def _own_labels(given: object) -> set[str]:
    if not isinstance(given, list):  # an object such as {"negative": false} would count as carrying all that it names
        raise TypeError('`labels` lists what the post carries, as ["negative"] or []')
    return set(given)


def _labelled_row(known: PublicSet, path: Path, row: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """Read text, value of the label column and title of a row; None where it has no text or no known class."""
    text = next((row[column] for column in known.text if column in row), None)
    value = next((row[column] for column in known.label if column in row), None)
    if text is None and value is None:
        message = f"{path} has no columns {known.text[0]!r} and {known.label[0]!r}: is it really {known.title}?"
        raise DataInvalid(message)
    written, value = str(text or "").strip(), str(value if value is not None else "").removesuffix(".0")
    title = " ".join(str(row.get("title") or row.get("Title") or "").split())
    return (written, value, title) if written and value in known.classes else None


def read_rows(path: Path) -> Iterator[Mapping[str, Any]]:
    """Read the rows of a CSV file or of JSON lines, gzipped or not, by column name.

    Raises:
        DataInvalid: When the file cannot be read, or a row is neither.

    """
    lines = read_lines(path)
    first = next((line for line in lines if line.strip()), "")
    if not first.lstrip().startswith("{"):
        try:
            yield from csv.DictReader(io.StringIO("\n".join(lines), newline=""))
        except csv.Error as error:
            raise DataInvalid(f"{path} is not valid CSV: {error}") from error
        return
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise DataInvalid(f"{path}, line {number}: not JSON: {error}") from error
        if not isinstance(row, dict):
            raise DataInvalid(f"{path}, line {number}: not a JSON object")
        yield row


def read_lines(path: Path) -> Sequence[str]:
    """Read the lines of a UTF-8 file, gzipped or not.

    Raises:
        DataInvalid: When the file cannot be read or is not UTF-8.

    """
    try:
        body = path.read_bytes()
        if body.startswith(GZIP_MAGIC):
            body = gzip.decompress(body)
        return body.decode("utf-8-sig").split("\n")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or error
        raise DataInvalid(f"cannot read {path}: {reason}") from error


CHALLENGE_SET_FILE: Final = "challenge_set.jsonl"  # beside this module, so that an installed program has it


def read_challenge_set() -> list[Example]:
    """Read the challenge set, in the shape of the project's corpus; `facts["kind"]` names the kind of each post."""
    with resources.as_file(resources.files("classifiers.data") / CHALLENGE_SET_FILE) as path:
        return read_named("own", path)
