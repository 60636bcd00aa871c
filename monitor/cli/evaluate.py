"""`kiemtin evaluate`: how good a model is on labelled texts it did not learn from."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from classifiers.data.datasets import Example, read_corpus, read_named
from classifiers.evaluation.metrics import summary
from classifiers.evaluation.predictions import ScoredExamples, score_examples
from classifiers.text.normalise import normalise
from monitor.cli.context import AsJson, application, out, progress_bar, say, show_json
from monitor.cli.train import read_examples
from monitor.errors import UsageError

CORPUS: Final = "corpus"
FIGURES: Final = (
    ("auc", "AUC"),
    ("average_precision", "average precision"),
    ("precision", "precision"),
    ("recall", "recall"),
)


def evaluate(
    context: typer.Context,
    data: Annotated[list[str], typer.Option(help="A labelled file as READER=FILE; may be given several times.")],
    model: Annotated[str, typer.Option(help="Name or path of a trained model.")] = "default",
    without: Annotated[
        list[str] | None,
        typer.Option(
            help="Measure a second time without the texts that also stand in READER=FILE (what the model learnt from), "
            "or in the project's own posts: corpus. May be given several times."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure a model on labelled texts; every figure comes with its 95 % interval.

    Example: `kiemtin evaluate --data vihsd=dev.csv --without vihsd=train.csv`
    """
    if not data:
        raise UsageError("name what to measure on: --data READER=FILE")
    with progress_bar() as bar:
        loaded = application(context).models.load(model, bar.update)
    examples = read_examples(data)
    seen = _texts_of(without or [])
    scored = score_examples(loaded.classifier, examples)
    result: dict[str, Any] = {"model": loaded.version, **summary(scored)}
    if without:
        result["unseen"] = _unseen(scored, seen)
    if as_json:
        show_json(result)
    else:
        _print(result)


def _texts_of(without: Sequence[str]) -> set[str]:
    """Gather what was seen in training, as the classifier sees it: normalised."""
    return {normalise(example.text).text for item in without for example in _read_seen(item)}


def _read_seen(item: str) -> list[Example]:
    if item == CORPUS:
        return read_corpus()
    reader, separator, file = item.partition("=")
    if not separator:
        raise UsageError(f"--without {item}: write it as READER=FILE, for example vihsd=train.csv, or as {CORPUS}")
    return read_named(reader, Path(file))


def _unseen(scored: ScoredExamples, seen: set[str]) -> dict[str, Any]:
    """Measure only texts that are not among the seen ones, each once."""
    kept: dict[str, int] = {}
    for row, example in enumerate(scored.examples):
        text = normalise(example.text).text
        if text not in seen:
            kept.setdefault(text, row)
    left_out = len(scored.examples) - len(kept)
    if not kept:
        return {"left_out": left_out, "examples": 0, "labels": {}}
    return {"left_out": left_out, **summary(scored.subset(list(kept.values())))}


def _print(result: Mapping[str, Any]) -> None:
    say(f"{result['model']} on {result['examples']} texts, each figure with its 95 % interval")
    if result["labels"]:
        out().print(_labels_table(result["labels"]))
    else:
        say("No figures: some texts must carry a label, and some must not.")
    if result["criticism"]["posts"]:
        say(f"Criticism: {result['criticism']['flagged']} of {result['criticism']['posts']} posts are flagged.")
    if "unseen" in result:
        unseen = result["unseen"]
        say(f"Without {unseen['left_out']} texts that were seen or stand there twice: {unseen['examples']} texts")
        if unseen["labels"]:
            out().print(_labels_table(unseen["labels"]))


def _labels_table(labels: Mapping[str, Mapping[str, Any]]) -> Table:
    table = Table("", *labels, box=SIMPLE_HEAD, padding=0)
    table.add_row("texts with it", *(f"{figures['positives']} of {_size(figures)}" for figures in labels.values()))
    table.add_row("flagged from", *(f"{figures['threshold']:.3f}" for figures in labels.values()))
    for key, name in FIGURES:
        table.add_row(name, *(escape(_with_interval(figures, key)) for figures in labels.values()))
    return table


def _size(figures: Mapping[str, Any]) -> int:
    return int(figures["positives"]) + int(figures["negatives"])


def _with_interval(figures: Mapping[str, Any], key: str) -> str:
    low, high = figures["intervals"][key]
    return f"{figures[key]:.3f} [{_short(low)}, {_short(high)}]"


def _short(share: float) -> str:
    return f"{share:.3f}".removeprefix("0")
