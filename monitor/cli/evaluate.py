"""`kiemtin evaluate`: how good a model is on labelled texts it did not learn from."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

import typer
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from classifiers.evaluation.metrics import summary
from classifiers.evaluation.predictions import score_examples
from monitor.catalogues import N_
from monitor.cli.context import AsJson, application, out, progress_bar, say, show_json
from monitor.cli.terminal import translated
from monitor.cli.train import read_examples

FIGURES: Final = (
    ("auc", "AUC"),
    ("average_precision", N_("average precision")),
    ("precision", N_("precision")),
    ("recall", N_("recall")),
)


def evaluate(
    context: typer.Context,
    data: Annotated[list[str], typer.Option(help="A labelled file as READER=FILE; may be given several times.")],
    model: Annotated[str, typer.Option(help="Name or path of a trained model.")] = "default",
    as_json: AsJson = False,
) -> None:
    """Measure a model on labelled texts; every figure comes with its 95 % interval.

    Example: `kiemtin evaluate --model mine --data vihsd=dev.csv`
    """
    with progress_bar() as bar:
        loaded = application(context).models.load(model, bar.update)
    examples = read_examples(data)
    result: dict[str, Any] = {"model": loaded.version, **summary(score_examples(loaded.classifier, examples))}
    if as_json:
        show_json(result)
    else:
        _print(result)


def _print(result: Mapping[str, Any]) -> None:
    say(f"{result['model']} on {result['examples']} texts, each figure with its 95 % interval")
    if result["labels"]:
        out().print(_labels_table(result["labels"]))
    else:
        say("No figures: some texts must carry a label, and some must not.")
    if result["criticism"]["posts"]:
        say(f"Criticism: {result['criticism']['flagged']} of {result['criticism']['posts']} posts are flagged.")


def _labels_table(labels: Mapping[str, Mapping[str, Any]]) -> Table:
    table = Table("", *labels, box=SIMPLE_HEAD, padding=0)
    sizes = (f"{figures['positives']} / {_size(figures)}" for figures in labels.values())
    table.add_row(translated("texts with it"), *sizes)
    table.add_row(translated("flagged from"), *(f"{figures['threshold']:.3f}" for figures in labels.values()))
    for key, name in FIGURES:
        table.add_row(translated(name), *(escape(_with_interval(figures, key)) for figures in labels.values()))
    return table


def _size(figures: Mapping[str, Any]) -> int:
    return int(figures["positives"]) + int(figures["negatives"])


def _with_interval(figures: Mapping[str, Any], key: str) -> str:
    low, high = figures["intervals"][key]
    return f"{figures[key]:.3f} [{_short(low)}, {_short(high)}]"


def _short(share: float) -> str:
    return f"{share:.3f}".removeprefix("0")
