"""`kiemtin train`: a model from the project's corpus and from labelled files."""

from pathlib import Path
from typing import Annotated

import typer

from classifiers.datasets import Example, read_corpus, read_named
from classifiers.training import Recipe
from classifiers.training import train as train_model
from monitor.cli.context import application, out, progress_bar, show_json
from monitor.errors import UsageError


def train(
    context: typer.Context,
    name: Annotated[str, typer.Option(help="Name (or folder) under which the model is kept.")],
    data: Annotated[
        list[str] | None, typer.Option(help="A labelled file as READER=FILE; may be given several times.")
    ] = None,
    corpus: Annotated[bool, typer.Option(help="Learn from the project's own posts as well.")] = True,
    task: Annotated[bool, typer.Option(help="Learn one set's own classes instead of the three labels.")] = False,
    precision: Annotated[float, typer.Option(min=0.5, max=0.99, help="Precision that thresholds aim at.")] = 0.8,
    as_json: Annotated[bool, typer.Option("--json", help="Print the metrics as JSON.")] = False,
) -> None:
    """Train a model and keep it.

    Readers: vihsd, vlsphsd, comments2025, victsd, reintel, viocd, own.

    Example: `kiemtin train --name mine --data own=our-posts.jsonl`
    """
    if not name.strip(" ./"):
        message = f"--name {name}: give the model a name, for example --name mine"
        raise UsageError(message)
    examples = read_data(data or [], corpus=corpus and not task, task=task)
    recipe = Recipe(precision=None if task else precision, exclusive=task)
    app = application(context)
    with progress_bar() as bar:
        trained = train_model(examples, app.segmenter, recipe, bar.update)
    folder = app.save_model(trained, name)
    if as_json:
        figures = {label: metrics.as_dict() for label, metrics in trained.metrics.items()}
        show_json({"model": str(folder), "examples": trained.examples, "metrics": figures})
        return
    console = out()
    console.print(f"Trained {folder} from {trained.examples} texts. On texts it did not see:")
    for label, metrics in trained.metrics.items():
        console.print(
            f"  {label}: AUC {metrics.auc:.3f}, precision {metrics.precision:.2f} and recall {metrics.recall:.2f} "
            f"from probability {metrics.threshold:.2f} on"
        )


def read_data(data: list[str], *, corpus: bool, task: bool) -> list[Example]:
    """Read the corpus (if asked for) and the named files.

    Raises:
        UsageError: When a name lacks its file, or a task is asked for on other than one set.

    """
    if task and len(data) != 1:
        message = "--task learns the classes of one set: give exactly one --data READER=FILE"
        raise UsageError(message)
    examples = read_corpus() if corpus else []
    for item in data:
        reader, separator, file = item.partition("=")
        if not separator:
            message = f"--data {item}: write it as READER=FILE, for example vihsd=train.csv"
            raise UsageError(message)
        examples.extend(read_named(reader, Path(file), task=task))
    return examples
