"""`kiemtin score`: score new posts, find copies and evidence, and open flags."""

from collections.abc import Mapping
from typing import Annotated

import typer

from monitor.cli.context import AsJson, answer, application, listed_deletions, progress_bar, say
from monitor.operations.retain import retain
from monitor.scoring.score import ScoreResult


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
    answer(result.as_dict(), _told(result), as_json=as_json)
    # Last: it refuses to delete where the clock jumped, and what was scored is told all the same.
    deleted = retain(app.ready_database, app.clock, app.captures)
    if deleted and not as_json:
        say(f"Past their retention: {listed_deletions(deleted)}")


def _told(result: ScoreResult) -> str:
    matches = result.matches
    return (
        f"Scored {result.scored} posts with {result.model}. Flags opened: {_listed(result.opened)}. "
        f"Unsure, so not flagged: {_listed(result.unsure)}. "
        f"Copies found: {matches.copies}; claims with suggested evidence: {matches.claims_with_evidence}."
    )


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{label} {count}" for label, count in counts.items()) or "none"
