"""`kiemtin score`: score new posts, find copies and evidence, and open flags."""

from collections.abc import Mapping
from typing import Annotated

import typer

from monitor.cli.context import AsJson, application, listed_deletions, out, progress_bar, show_json
from monitor.operations.retain import retain
from monitor.scoring.score_and_match import ScoreAndMatchResult


def score(
    context: typer.Context,
    everything: Annotated[
        bool, typer.Option("--all", help="Look through all stored posts for those without a score of the model.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Score all posts that wait, tie copies and evidence to them, and delete posts that are past their retention.

    Example: `kiemtin score`
    """
    app = application(context)
    with progress_bar() as bar:
        result = app.score_waiting(bar.update, everything=everything)
    if as_json:
        show_json(result.as_dict())
    else:
        _tell(result)
    # Last: it refuses to delete where the clock jumped, and what was scored is told all the same.
    deleted = retain(app.ready_database, app.clock, app.captures)
    if deleted and not as_json:
        out().print(f"Past their retention: {listed_deletions(deleted)}", markup=False)


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
