"""Readers of labelled texts: the project's corpus, and public sets in the form in which they are published.

Examples carry only the labels that their set annotates; the models of other labels are not trained on them.
`read_classes` returns a set's own classes instead of ours.
"""

import csv
import gzip
import hashlib
import io
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any, Final

from classifiers.data.metadata import Context, context_from_row
from classifiers.errors import DataInvalid
from classifiers.labels import LABEL_NAMES, NEGATIVE, UNVERIFIED

GZIP_MAGIC = b"\x1f\x8b"
CRITICISM = "criticism"  # the subclass whose false-positive rate is limited
FACTS = ("id", "kind", "topic", "register", "platform", "group")
SECOND_LABELS = "second_labels.jsonl"  # the labels that some posts were given a second time, in the corpus folder


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled text.

    Args:
        text: The text as it was published.
        labels: Yes or no for each label that is known.
        facts: What serves slices of an evaluation.
        grades: For borderline texts, how much of a yes (0 to 1) a label's head learns; measuring keeps to `labels`.
        context: What is known beside the text.

    """

    text: str
    labels: Mapping[str, bool]
    facts: Mapping[str, str] = field(default_factory=dict)
    grades: Mapping[str, float] = field(default_factory=dict)
    context: Context = field(default_factory=Context)


@dataclass(frozen=True, slots=True)
class ClassSet:
    """How a published data set with classes of its own is read.

    Args:
        name: The name used on the command line.
        title: Its published name and where it is described.
        text: Columns that may hold the text, newest form first.
        label: Columns that may hold the label.
        classes: The set's own classes, by the value in the label column.

    """

    name: str
    title: str
    text: tuple[str, ...]
    label: tuple[str, ...]
    classes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PublicSet(ClassSet):
    """A set some of whose classes mean one of our labels.

    Args:
        ours: Our label and the values in the label column that mean it.

    """

    ours: tuple[str, frozenset[str]]


_HATE = {"0": "clean", "1": "offensive", "2": "hate"}
_HARMFUL = (NEGATIVE.name, frozenset({"1", "2"}))

PUBLIC_SETS = (
    PublicSet("vihsd", "ViHSD, arXiv 2103.11528", ("text", "free_text"), ("label", "label_id"), _HATE, _HARMFUL),
    PublicSet("vlsphsd", "VLSP 2019 HSD", ("text", "free_text"), ("label", "label_id"), _HATE, _HARMFUL),
    PublicSet("comments2025", "Facebook and YouTube comments of 2025", ("text",), ("label",), _HATE, _HARMFUL),
    PublicSet(
        "victsd",
        "ViCTSD, arXiv 2103.10069",
        ("text", "Comment"),
        ("toxic", "Toxicity"),
        {"0": "clean", "1": "toxic"},
        (NEGATIVE.name, frozenset({"1"})),
    ),
    PublicSet(
        "reintel",
        "ReINTEL, VLSP 2020, arXiv 2012.08895",
        ("text", "post_message"),
        ("unreliable", "label"),
        {"0": "reliable", "1": "unreliable"},
        (UNVERIFIED.name, frozenset({"1"})),
    ),
)


def public_set(name: str) -> PublicSet:
    """Find a public set by name.

    Raises:
        DataInvalid: When no reader has that name.

    """
    for known in PUBLIC_SETS:
        if known.name == name:
            return known
    message = f"there is no reader named {name!r}: choose one of {', '.join(s.name for s in PUBLIC_SETS)} or `own`"
    raise DataInvalid(message)


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
    label, positive = known.ours
    return [
        Example(text, {label: value in positive}, context=context)
        for text, value, context in _labelled_rows(known, path)
    ]


def read_classes(known: ClassSet, path: Path) -> list[Example]:
    """Read a published file with the set's own classes: of each example exactly one holds.

    Raises:
        DataInvalid: When the file cannot be read or lacks the columns.

    """
    return [
        Example(text, {name: code == value for code, name in known.classes.items()}, context=context)
        for text, value, context in _labelled_rows(known, path)
    ]


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
            context = Context(title=" ".join(str(record.get("title") or "").split()))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            message = f"{place}, line {number}: not a labelled post: {error}"
            raise DataInvalid(message) from error
        if unknown := (labels | grades.keys()) - set(LABEL_NAMES):
            message = f"{place}, line {number}: unknown label {min(unknown)!r}"
            raise DataInvalid(message)
        if outside := [grade for grade in grades.values() if not 0 <= grade <= 1]:
            message = f"{place}, line {number}: a grade lies between 0 and 1, not {outside[0]}"
            raise DataInvalid(message)
        yield Example(text, {label: label in labels for label in LABEL_NAMES}, facts, grades, context)


def _own_labels(given: object) -> set[str]:
    if not isinstance(given, list):  # an object such as {"negative": false} would count as carrying all that it names
        message = '`labels` lists what the post carries, as ["negative"] or []'
        raise TypeError(message)
    return set(given)


def _labelled_rows(known: ClassSet, path: Path) -> list[tuple[str, str, Context]]:
    """Read text, value of the label column and context of every row that has a text and a known class."""
    labelled = []
    for row in read_rows(path):
        text, value = _text_and_value(known, row, path)
        if text and value in known.classes:
            labelled.append((text, value, context_from_row(row)))
    if not labelled:
        message = f"{path} holds no labelled text for {known.name}"
        raise DataInvalid(message)
    return labelled


def _text_and_value(known: ClassSet, row: Mapping[str, Any], path: Path) -> tuple[str, str]:
    text = next((row[column] for column in known.text if column in row), None)
    value = next((row[column] for column in known.label if column in row), None)
    if text is None and value is None:
        message = f"{path} has no columns {known.text[0]!r} and {known.label[0]!r}: is it really {known.title}?"
        raise DataInvalid(message)
    return str(text or "").strip(), str(value if value is not None else "").removesuffix(".0")


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
            message = f"{path} is not valid CSV: {error}"
            raise DataInvalid(message) from error
        return
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            message = f"{path}, line {number}: not JSON: {error}"
            raise DataInvalid(message) from error
        if not isinstance(row, dict):
            message = f"{path}, line {number}: not a JSON object"
            raise DataInvalid(message)
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
        message = f"cannot read {path}: {reason}"
        raise DataInvalid(message) from error


CHALLENGE_SET_FILE: Final = "challenge_set.jsonl"  # beside this module, so that an installed program has it


def read_challenge_set() -> list[Example]:
    """Read the challenge set, in the shape of the project's corpus; `facts["kind"]` names the kind of each post."""
    with resources.as_file(resources.files("classifiers.data") / CHALLENGE_SET_FILE) as path:
        return read_named("own", path)


@dataclass(frozen=True, slots=True)
class Origin:
    """What one must know before one asks for a data set.

    Args:
        holds: What the set holds, and who labelled it for what.
        paper: The paper that describes it; empty where there is none.
        where: The address at which it is asked for.
        terms: The licence or the terms, as its makers state them.

    """

    holds: str
    paper: str
    where: str
    terms: str


RESEARCH: Final = "research purposes only; no open licence is stated: ask the authors before any other use"
AGREEMENT: Final = "the signed user agreement of VLSP: research only, never passed on"

ORIGINS: Final = {
    "vihsd": Origin(
        holds="33,400 comments of Facebook and YouTube; clean, offensive or hate",
        paper="https://arxiv.org/abs/2103.11528",
        where="https://github.com/sonlam1102/vihsd",
        terms=RESEARCH,
    ),
    "vlsphsd": Origin(
        holds="25,431 posts and comments of Facebook; clean, offensive or hate; labels of the training part",
        paper="https://arxiv.org/abs/2007.06493",
        where="https://vlsp.org.vn/vlsp2019/eval/hsd",
        terms=AGREEMENT,
    ),
    "comments2025": Origin(
        holds="comments of Facebook and YouTube under a post's title, 2025; clean, offensive or hate; names masked",
        paper="",
        where="whoever published the file that you have: there is no one address",
        terms="MIT where its publisher says so; check that the file you have says it",
    ),
    "victsd": Origin(
        holds="10,000 reader comments of VnExpress under a title and a topic; toxic or not, constructive or not",
        paper="https://arxiv.org/abs/2103.10069",
        where="https://github.com/tarudesu/ViCTSD",
        terms=RESEARCH,
    ),
    "reintel": Origin(
        holds="posts of social networks, 2014 to 2020, with time and numbers of reactions; reliable or unreliable",
        paper="https://arxiv.org/abs/2012.08895",
        where="https://vlsp.org.vn/vlsp2020/eval/reintel",
        terms=AGREEMENT,
    ),
}
