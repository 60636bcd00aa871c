"""`kiemtin learn`: a candidate model from what people decided."""

from typing import Annotated

import typer
from rich.table import Table

from classifiers.evaluation.comparison import LEAST_HELD_OUT, Comparison, PairedFigure
from monitor.cli.context import application, out, progress_bar, show_json
from monitor.cli.train import training_data
from monitor.pipeline.learn import LearnResult


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
        learnt = learner.run(general, active, name or None, bar.update, own=own, auxiliary=auxiliary)
    if as_json:
        show_json(_as_dict(learnt))
        return
    console = out()
    answers = ", ".join(f"{label} {yes} yes and {no} no" for label, (yes, no) in learnt.answers.items()) or "none"
    console.print(
        f"Learnt {learnt.version} from {learnt.general} general texts and {learnt.local} decided posts ({answers}).",
        markup=False,
    )
    show_comparison(learnt.comparison, learnt.version, learnt.against)
    console.print(
        f"Next: `kiemtin models shadow {learnt.name}` or `kiemtin models promote {learnt.name}`", markup=False
    )


def _as_dict(learnt: LearnResult) -> dict[str, object]:
    return {
        "name": learnt.name,
        "version": learnt.version,
        "general": learnt.general,
        "local": learnt.local,
        "answers": {label: {"yes": yes, "no": no} for label, (yes, no) in learnt.answers.items()},
        "against": learnt.against,
        **learnt.comparison.as_dict(),
    }


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
