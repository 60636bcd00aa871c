"""`kiemtin score`: score new posts, find copies and evidence, and open flags."""

from collections import Counter
from collections.abc import Mapping
from functools import partial
from typing import Annotated

import typer

from monitor.app.application import Application
from monitor.cli.context import application, listed_deletions, out, progress_bar, show_json
from monitor.cli.model_tables import show_overlap
from monitor.errors import UsageError
from monitor.learning.shadow import report_beside
from monitor.operations.retain import retain
from monitor.scoring.score_and_match import Progress, ScoreAndMatchResult, score_and_match


def score(
    context: typer.Context,
    everything: Annotated[
        bool, typer.Option("--all", help="Look through all stored posts for those without a score of the model.")
    ] = False,
    model: Annotated[
        str, typer.Option(help="With --all: score with this model beside the one in use; no flag is opened.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the account as JSON.")] = False,
) -> None:
    """Score all posts that wait, tie copies and evidence to them, and delete posts that are past their retention.

    Example: `kiemtin score`, or `kiemtin score --all --model learnt-20261120` to test a model on the past
    """
    app = application(context)
    if model and not everything:
        message = "--model needs --all: new posts are scored by the model in use (`kiemtin models promote` changes it)"
        raise UsageError(message)
    if model and model != app.scoring_model():
        _score_history(app, model, as_json=as_json)
        return
    with progress_bar() as bar:
        result = score_waiting(app, bar.update, everything=everything)
    if as_json:
        show_json(result.as_dict())
    else:
        _tell(result)
    # Last: it refuses to delete where the clock jumped, and what was scored is told all the same.
    deleted = retain(app.ready_database, app.clock, app.captures)
    if deleted and not as_json:
        out().print(f"Past their retention: {listed_deletions(deleted)}", markup=False)


def _score_history(app: Application, name: str, *, as_json: bool) -> None:
    database = app.ready_database
    with progress_bar() as bar, app.executor() as executor:
        counts = Counter[str]()

        def scored(count: int) -> None:
            counts["done"] += count
            bar.update("scoring", counts["done"], counts["total"])

        waiting = partial(counts.__setitem__, "total")
        version, done = app.shadow(database, executor).history(app.model_folder(name), waiting, scored)
    report = report_beside(database, version)
    if as_json:
        show_json({"model": version, "scored": done, "beside": report.as_dict() if report else None})
        return
    said = f"Scored {done} stored posts with {version}, beside the model in use: no flag was opened."
    out().print(said, markup=False)
    if report:
        show_overlap(report, f"{report.posts} posts scored by both")


def _tell(result: ScoreAndMatchResult) -> None:
    scores, matches = result.scores, result.matches
    out().print(
        f"Scored {scores.scored} posts with {scores.model}. Flags opened: {_listed(scores.opened)}. "
        f"Unsure, so not flagged: {_listed(scores.unsure)}. "
        f"Copies found: {matches.copies}; claims with suggested evidence: {matches.claims_with_evidence}.",
        markup=False,
    )


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{label} {count}" for label, count in counts.items()) or "none"


def score_waiting(app: Application, progress: Progress, *, everything: bool = False) -> ScoreAndMatchResult:
    """Score and match all posts that wait, with the model in use; or all stored ones that it has not scored."""
    database = app.ready_database  # first, so that a missing database is reported before a model is trained
    app.ensure_model(app.scoring_model(), progress)
    with app.executor() as executor:
        result = score_and_match(app.scorer(database, executor), app.matcher(database), progress, everything=everything)
        app.shadow(database, executor).run()  # last: nobody waits for it
        return result
