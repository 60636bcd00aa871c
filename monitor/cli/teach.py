"""`kiemtin teach`: how teaching goes, as the page "Dạy máy" of the desk shows it."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from monitor.cli.context import application, out, show_json
from monitor.cli.learn import label_line
from storage.review import decisions, questions
from storage.scoring import registry

DISPUTES_SHOWN = 20


def teach(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Show how teaching goes: the round, what the newest taught model is worth, and what is disputed.

    Example: `kiemtin ask && kiemtin teach`, after the round `kiemtin learn`
    """
    with application(context).ready_database.work() as session:
        last, newest = questions.last_round(session), registry.newest_taught(session)
        disputes = decisions.disagreements(session, DISPUTES_SHOWN)
        asked = questions.asked_posts(session)
    comparison = dict(newest.comparison or {}) if newest is not None else {}
    found: dict[str, Any] = {
        "round": {"asked_at": last.asked_at.isoformat(), "posts": last.posts, "done": last.done} if last else None,
        "asked": asked,
        "model": newest.version if newest is not None else None,
        "state": newest.state if newest is not None else None,
        "labels": comparison.get("teaching", []),
        "worse": comparison.get("faults", []),
        "disputes": [asdict(dispute) for dispute in disputes],
    }
    if as_json:
        show_json(found)
        return
    _show(found)


def _show(found: dict[str, Any]) -> None:
    console = out()
    last = found["round"]
    console.print(
        f"Round: {last['done']} of {last['posts']} posts answered; {found['asked']} in all rounds."
        if last
        else "No round was drawn yet: `kiemtin ask` draws one.",
        markup=False,
    )
    if found["model"] is None:
        console.print("No model was taught yet: answer a round at the desk, then `kiemtin learn`.")
    else:
        console.print(f"Newest taught model: {found['model']} ({found['state']})", markup=False)
    for figures in found["labels"]:
        console.print(label_line(figures), markup=False)
    if found["worse"]:
        console.print(f"Worse: {'; '.join(found['worse'])}", markup=False)
    for dispute in found["disputes"]:
        said = ", ".join(f"{name} {decision}" for name, decision in dispute["said"])
        console.print(f"Disputed: post {dispute['post_id']}, {dispute['label']}: {said}", markup=False)
