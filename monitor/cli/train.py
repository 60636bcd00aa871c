"""Train a model on the project's corpus and on labelled files."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from classifiers.data.datasets import Example, read_corpus, read_named
from classifiers.training.config import TrainingConfig, corpus_config
from classifiers.training.train import Trained, Trainer
from monitor.cli.context import AsJson, application, pairs, progress_bar, say, show_json
from monitor.errors import UsageError
from monitor.privacy.masks.mask import cut_personal

OWN = "own"
# The classifier itself reads each of them as one word, and they tell something of a post.
FOLDED = ("phone", "email", "handle", "link")


def train(
    context: typer.Context,
    name: Annotated[str, typer.Option(help="Name (or folder) under which the model is kept.")],
    data: Annotated[
        list[str] | None,
        typer.Option(help="A labelled file as READER=FILE; may be given several times."),
    ] = None,
    corpus: Annotated[bool, typer.Option(help="Train on the project's own posts as well.")] = True,
    precision: Annotated[float, typer.Option(min=0.5, max=0.99, help="Precision that thresholds aim at.")] = 0.8,
    as_json: AsJson = False,
) -> None:
    """Train a model and keep it.

    Readers: vihsd, vlsphsd, comments2025, victsd, reintel, own; docs/model.md tells of each.

    Example: `kiemtin train --name mine --data own=our-posts.jsonl`
    """
    if not name.strip(" ./"):
        raise UsageError(f"--name {name}: give the model a name, for example --name mine")
    examples, local = training_data(data or [], corpus=corpus)
    app = application(context)
    with progress_bar() as bar:
        config = corpus_config(precision) if corpus else TrainingConfig(precision=precision)
        trainer = Trainer(app.segmenter, config, bar.update)
        trained = trainer.fit(examples, local=local)
    _tell(trained, app.models.save(trained, name), as_json=as_json)


def _tell(trained: Trained, folder: Path, *, as_json: bool) -> None:
    if as_json:
        figures = {label: metrics.as_dict() for label, metrics in trained.metrics.items()}
        show_json({"model": str(folder), "examples": trained.examples, "metrics": figures})
        return
    say(f"Trained {folder} from {trained.examples} texts. On texts it did not see:")
    for label, metrics in trained.metrics.items():
        say(
            f"  {label}: AUC {metrics.auc:.3f}, precision {metrics.precision:.2f} and recall {metrics.recall:.2f} "
            f"from probability {metrics.threshold:.2f} on"
        )


def training_data(data: list[str], *, corpus: bool) -> tuple[list[Example], list[Example]]:
    """Read what to train on: general examples, and local ones, to which the model of these is adapted.

    The operator's own posts are local where there are others; public sets stand beside the corpus as they are.

    Raises:
        UsageError: When a name lacks its file.

    """
    own = read_impersonal([item for item in data if item.startswith(f"{OWN}=")])
    public = read_impersonal([item for item in data if not item.startswith(f"{OWN}=")])
    general = [*(read_corpus() if corpus else []), *public]
    return (general, own) if general else (own, [])


def read_impersonal(data: list[str]) -> list[Example]:
    """Read labelled files to learn from: a name that stands in several posts would become a term of the model."""
    return [replace(example, text=cut_personal(example.text, FOLDED)) for example in read_examples(data)]


def read_examples(data: list[str]) -> list[Example]:
    """Read labelled files, all together.

    Raises:
        UsageError: When a name lacks its file.

    """
    files = pairs("--data", data, "READER=FILE, for example vihsd=train.csv")
    return [example for reader, file in files for example in read_named(reader, Path(file))]
