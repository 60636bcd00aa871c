"""`kiemtin score`: posts that wait for a score get one, copies are found, and flags are opened."""

from typing import Annotated

import typer

from monitor.bootstrap import Application
from monitor.cli.context import Bar, application, out, progress_bar, show_json
from monitor.pipeline.assess import Assessment, assess


def score(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print the account as JSON.")] = False,
) -> None:
    """Score all posts that wait, and tie copies and evidence to them.

    Example: `kiemtin score`
    """
    with progress_bar() as bar:
        assessment = assess_waiting(application(context), bar)
    if as_json:
        show_json(assessment.as_dict())
        return
    scores, matches = assessment.scores, assessment.matches
    opened = ", ".join(f"{label} {count}" for label, count in scores.opened.items()) or "none"
    out().print(
        f"Scored {scores.scored} posts with {scores.model}. Flags opened: {opened}. "
        f"Copies found: {matches.copies}; claims with suggested evidence: {matches.claims_with_evidence}.",
        markup=False,
    )


def assess_waiting(app: Application, bar: Bar) -> Assessment:
    """Score and compare whatever waits, with the model of the settings."""
    database = app.ready_database  # asked first: a missing one is told before a model is trained
    app.ensure_model(app.settings.model, bar.update)
    with app.executor() as executor:
        return assess(app.scorer(database, executor), app.matcher(database), bar.update)
