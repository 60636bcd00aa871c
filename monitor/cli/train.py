"""`kiemtin train`: a model from the project's corpus and from labelled files."""

from pathlib import Path
from typing import Annotated

import typer

from classifiers.data.datasets import Example, public_set, read_corpus, read_named, read_texts
from classifiers.training.auxiliary import Source
from classifiers.training.config import Recipe, recipe_for
from classifiers.training.train import Trained
from classifiers.training.train import train as train_model
from monitor.cli.context import application, out, progress_bar, show_json
from monitor.errors import UsageError

OWN = "own"


def train(
    context: typer.Context,
    name: Annotated[str, typer.Option(help="Name (or folder) under which the model is kept.")],
    data: Annotated[
        list[str] | None,
        typer.Option(
            help="A labelled file as READER=FILE; may be given several times. With --task the first is learnt."
        ),
    ] = None,
    corpus: Annotated[bool, typer.Option(help="Learn from the project's own posts as well.")] = True,
    task: Annotated[
        bool, typer.Option(help="Learn the first set's own classes instead of the three labels; the others help.")
    ] = False,
    unlabelled: Annotated[
        list[Path] | None,
        typer.Option(help="Texts without labels, JSON lines or plain lines: which words are used alike."),
    ] = None,
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
    files = [_named_file(item) for item in data or []]
    if task:
        examples, sources, recipe = _own_classes(files, corpus=corpus)
    else:
        examples, sources, recipe = _three_labels(files, corpus=corpus, precision=precision)
    texts = [text for path in unlabelled or [] for text in read_texts(path)]
    app = application(context)
    with progress_bar() as bar:
        trained = train_model(examples, app.segmenter, recipe, bar.update, sources=sources, unlabelled=texts)
    _tell(trained, app.save_model(trained, name), as_json=as_json)


def _tell(trained: Trained, folder: Path, *, as_json: bool) -> None:
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


def _own_classes(files: list[tuple[str, Path]], *, corpus: bool) -> tuple[list[Example], list[Source], Recipe]:
    """Take the first set as what is to be learnt, and all others as sources."""
    if not files or files[0][0] == OWN:
        message = "--task learns the classes of a public set: name it first, for example --data vihsd=train.csv"
        raise UsageError(message)
    reader, path = files[0]
    examples = read_named(reader, path, task=True)
    sources = [_as_source(name, file, about=False) for name, file in files[1:]]
    if corpus:
        sources.append(Source("corpus", read_corpus(), graded=False))
    return examples, sources, recipe_for(reader)


def _three_labels(
    files: list[tuple[str, Path]], *, corpus: bool, precision: float
) -> tuple[list[Example], list[Source], Recipe]:
    """Let our own posts say what the labels mean, and public sets be sources; without own posts the sets decide."""
    own = [example for reader, path in files if reader == OWN for example in read_named(reader, path)]
    examples = [*(read_corpus() if corpus else []), *own]
    public = [(reader, path) for reader, path in files if reader != OWN]
    if not examples:
        everything = [example for reader, path in public for example in read_named(reader, path)]
        return everything, [], Recipe(precision=precision)
    sources = [_as_source(reader, path, about=True) for reader, path in public]
    return examples, sources, Recipe(precision=precision)


def _as_source(reader: str, path: Path, *, about: bool) -> Source:
    if reader == OWN:
        return Source(reader, read_named(reader, path), graded=False)
    ours = public_set(reader).ours
    if about and ours is None:
        message = f"the labels of {reader} are not ours: use it with --task"
        raise UsageError(message)
    return Source(reader, read_named(reader, path, task=True), about=frozenset({ours[0]}) if about and ours else None)


def _named_file(item: str) -> tuple[str, Path]:
    reader, separator, file = item.partition("=")
    if not separator:
        message = f"--data {item}: write it as READER=FILE, for example vihsd=train.csv"
        raise UsageError(message)
    if reader != OWN:
        public_set(reader)
    return reader, Path(file)


def read_data(data: list[str], *, corpus: bool, task: bool) -> list[Example]:
    """Read the corpus (if asked for) and the named files, all together.

    Raises:
        UsageError: When a name lacks its file, or a task is asked for on other than one set.

    """
    if task and len(data) != 1:
        message = "the classes of one set are asked for: give exactly one --data READER=FILE"
        raise UsageError(message)
    files = [_named_file(item) for item in data]
    return [
        *(read_corpus() if corpus else []),
        *(e for reader, file in files for e in read_named(reader, file, task=task)),
    ]
