"""`kiemtin classify`: print the probabilities and reasons of texts; needs no database."""

import gc
import json
import sys
from collections.abc import Iterable, Iterator
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from classifiers.claims import find_claim
from classifiers.labels import CLAIM_LABELS
from classifiers.model.prediction import Prediction, Text
from monitor.cli.context import application, progress_bar, show, show_json_lines
from monitor.errors import ImportRefused

BATCH = 256


def classify(
    context: typer.Context,
    file: Annotated[str, typer.Argument(help="A file of JSON lines or plain lines; - for standard input.")] = "-",
    model: Annotated[str, typer.Option(help="Name or path of a trained model.")] = "default",
    as_json: Annotated[bool, typer.Option("--json", help="Write one JSON object a line.")] = False,
    explain: Annotated[bool, typer.Option(help="Give reasons for every label, not only for the flagged ones.")] = False,
) -> None:
    """Score texts, in order, one result a line.

    A JSON object has a `text`, and may have an `id` and a `context`: the title of the article or post that it answers.

    Example: `echo "Mai cả huyện mất nước nhé" | kiemtin classify --json`
    """
    with progress_bar() as bar:
        loaded = application(context).models.load(model, bar.update)
    gc.freeze()  # the model is never garbage, and scanning it for some costs a tenth of the time
    with _open(file) as stream:
        records = _records(stream, file)
        while batch := list(islice(records, BATCH)):
            texts = [text.text for _, text in batch]
            titles = [text.title for _, text in batch]
            predictions = loaded.classifier.predict(texts, titles=titles, explain_all=explain)
            results = zip(batch, predictions, strict=True)
            if as_json:
                show_json_lines(_as_data(number, text.text, prediction) for (number, text), prediction in results)
            else:
                show("\n".join(_as_line(text.text, prediction) for (_, text), prediction in results))


def _open(file: str) -> TextIO:
    if file == "-":
        if isinstance(sys.stdin, TextIOWrapper):
            sys.stdin.reconfigure(encoding="utf-8", errors="replace")
        return sys.stdin
    try:
        return Path(file).open(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise ImportRefused(f"cannot read {file}: {error.strerror}") from error


def _records(lines: Iterable[str], file: str) -> Iterator[tuple[Any, Text]]:
    """Read one record a line: a JSON object with a text and perhaps what it answers, or the line itself as a text."""
    for number, line in enumerate(lines, start=1):
        stripped = line.rstrip("\r\n")
        if not stripped.startswith("{"):
            yield number, Text(stripped)
            continue
        try:
            record = json.loads(stripped)
        except (ValueError, RecursionError):
            yield number, Text(stripped)  # a post may begin with a brace
            continue
        if not isinstance(record.get("text"), str):
            raise ImportRefused(f'{file}, line {number}: the object has no text: expected {{"id": …, "text": "…"}}')
        answered = record.get("context") or record.get("title") or ""
        yield record.get("id", number), Text(record["text"], str(answered))


def _as_data(identifier: Any, text: str, prediction: Prediction) -> dict[str, Any]:
    why = next((prediction.reasons[label] for label in CLAIM_LABELS if label in prediction.reasons), None)
    return {
        "id": identifier,
        **{label: round(p, 6) for label, p in prediction.probabilities.items()},
        "flags": list(prediction.flags),
        "reasons": {
            label: [[reason.words, round(reason.weight, 4)] for reason in reasons]
            for label, reasons in prediction.reasons.items()
        },
        **({"claim": find_claim(text, why).as_dict()} if why is not None else {}),
    }


def _as_line(text: str, prediction: Prediction) -> str:
    scores = "  ".join(f"{label} {p:.2f}" for label, p in prediction.probabilities.items())
    flags = ", ".join(prediction.flags) or "–"
    return f"{scores}  [{flags}]  {' '.join(text.split())[:80]}"
