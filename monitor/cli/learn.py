"""`kiemtin learn`: a candidate model from what people decided."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.table import Table

from classifiers.data.datasets import Example
from classifiers.evaluation.comparison import LEAST_HELD_OUT, Comparison, PairedFigure
from classifiers.persistence import Loaded
from classifiers.training.auxiliary import AuxiliarySet
from classifiers.training.config import corpus_config
from classifiers.training.local import MOST_POSTS
from classifiers.training.train import Trainer
from monitor.app.application import DEFAULT_MODEL, Application, Progress
from monitor.cli.context import application, out, progress_bar, show_json
from monitor.cli.train import training_data
from monitor.learning.learn import LearnResult


def learn(
    context: typer.Context,
    name: Annotated[str, typer.Option(help="Name of the candidate; made from today's date if not given.")] = "",
    data: Annotated[
        list[str] | None, typer.Option(help="A labelled file as READER=FILE beside the corpus; may be repeated.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the account as JSON.")] = False,
) -> None:
    """Learn from all decisions of the desk, and compare the candidate with the model in use. Nothing else changes.

    One decided post in five is never learnt from: both models are judged by it, and by the challenge set.

    Example: `kiemtin learn && kiemtin models list`
    """
    app = application(context)
    learner = app.learner()  # asked first: a missing database is told before anything is read
    general, own, auxiliary = training_data(data or [], corpus=True)
    with progress_bar() as bar:
        active = app.load_model(app.scoring_model(), bar.update)
        base = _base(app, general, auxiliary, bar.update)
        known = [*general, *(example for each in auxiliary for example in each.examples)]
        learnt = learner.run(base, active, name or None, bar.update, own=own, known=known)
    if as_json:
        show_json(_as_dict(learnt))
        return
    console = out()
    answers = ", ".join(f"{label} {yes} yes and {no} no" for label, (yes, no) in learnt.answers.items()) or "none"
    console.print(f"Taught {learnt.version} from {learnt.base} by {learnt.local} posts ({answers}).", markup=False)
    if learnt.left_out:
        console.print(f"Left out: the {learnt.left_out} oldest posts; {MOST_POSTS} at most are taught.")
    for figures in learnt.labels:
        console.print(label_line(asdict(figures)), markup=False)
    show_comparison(learnt.comparison, learnt.version, learnt.against)
    console.print(f"Next: `kiemtin models promote {learnt.name}`", markup=False)


def _base(
    app: Application, general: Sequence[Example], auxiliary: Sequence[AuxiliarySet], progress: Progress
) -> Loaded:
    """Return the model that is taught: the default one, or one that has the scores of public sets beside."""
    if not auxiliary:
        return app.load_model(DEFAULT_MODEL, progress)
    trained = Trainer(app.segmenter, corpus_config(), progress).fit(general, auxiliary=auxiliary)
    return Loaded(trained.classifier, trained.facts("base", app.clock.now().isoformat()))


def _as_dict(learnt: LearnResult) -> dict[str, object]:
    return {
        "name": learnt.name,
        "version": learnt.version,
        "base": learnt.base,
        "local": learnt.local,
        "left_out": learnt.left_out,
        "answers": {label: {"yes": yes, "no": no} for label, (yes, no) in learnt.answers.items()},
        "against": learnt.against,
        "labels": [asdict(figures) for figures in learnt.labels],
        **learnt.comparison.as_dict(),
    }


def label_line(figures: Mapping[str, Any]) -> str:
    """Say what the flags of a label are worth, and what another round would bring; from `LabelFigures`, as data."""
    taught = f"{figures['label']}: {figures['yes']} yes and {figures['no']} no"
    if not figures["changed"]:
        return f"{taught}: too few to teach it, so that its model stays as it is"
    if figures["right"] is None:
        return f"{taught}: too few flags to say how many are right"
    right, low, high = (round(100 * figures[key]) for key in ("right", "low", "high"))
    line = f"{taught}: of 100 flags about {right} ({low} to {high}) right, {figures['found']} of {figures['yes']} found"
    forecast = figures["next_round"]
    if forecast is None:
        return f"{line}; another round: not known yet"
    now, gain, least, most = (forecast[key] for key in ("average_precision", "gain", "low", "high"))
    return f"{line}; another round: average precision {now:.2f} {gain:+.2f} ({least:+.2f} to {most:+.2f})"


def show_comparison(comparison: Comparison, new: str, old: str) -> None:
    """Print what both models did on the same texts, and where the new one is worse."""
    table = Table(box=None, pad_edge=False)
    for heading in ("", "new", "old", "of"):
        table.add_column(heading, justify="right" if heading else "left", no_wrap=True)
    for label, pair in comparison.held_out.items():
        _row(table, f"held out, {label}: average precision", pair, "{:.3f}")
    for label, pair in comparison.recall.items():
        _row(table, f"challenge set, {label}: recall", pair, "{:.3f}")
        _row(table, f"challenge set, {label}: F1", comparison.balance[label], "{:.3f}")
    _row(table, "challenge set, criticism flagged", comparison.criticism, "{:.0f}")
    _row(table, "challenge set, clean posts flagged", comparison.clean, "{:.0f}")
    console = out()
    console.print(f"New: {new}; old: {old}", markup=False)
    console.print(table)
    if not comparison.held_out:
        too_few = f"too few to rank by ({LEAST_HELD_OUT} yes and {LEAST_HELD_OUT} no of a label are needed)"
        console.print(f"Held-out decisions: {comparison.held_out_texts}, {too_few}.", markup=False)
    faults = comparison.faults()
    console.print(f"Worse: {'; '.join(faults)}" if faults else "The new one is nowhere worse.", markup=False)


def _row(table: Table, what: str, pair: PairedFigure, form: str) -> None:
    table.add_row(what, form.format(pair.new), form.format(pair.old), str(pair.of))
