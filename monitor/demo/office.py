"""What the demo's office does at the end of a day: decide, pass a concern on, correct a claim, publish the correction.

All goes the way of the desk; `posts/office.jsonl` says what is decided on which post, and why.
"""

import json
from importlib import resources
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.app.application import Application
from monitor.publish.site import publish
from monitor.review.decide import Person, decide, seen_state
from storage.models import Flag, Post
from storage.review import cases, corrections
from storage.review.cases import Step
from storage.review.corrections import Content

ORGANISATION: Final = "Liên đoàn Lao động tỉnh Nậm Pha"


def work(app: Application, reviewer_id: int, lead_id: int) -> int:
    """Decide what was flagged and is in the list, and what follows from it.

    Args:
        app: The demo's application.
        reviewer_id: Who decides and writes.
        lead_id: Who releases what the other one wrote.

    Returns:
        How many flags were decided.

    """
    text = (resources.files("monitor.demo") / "posts" / "office.jsonl").read_text(encoding="utf-8")
    planned = [json.loads(line) for line in text.splitlines()]
    with app.ready_database.changes() as session:
        open_flags = session.scalars(select(Flag).where(Flag.state == "open").order_by(Flag.id)).all()
        found = [(flag, row) for flag in open_flags for row in planned if _is_about(row, flag)]
        done = sum(_decide(session, app, flag, row, (reviewer_id, lead_id)) for flag, row in found)
    publish(app.ready_database, app.settings, app.clock.now())
    return done


def _is_about(row: dict[str, Any], flag: Flag) -> bool:
    return row["label"] == flag.label and flag.post.external_id.endswith(f"/{row['post']}.html")


def _decide(session: Session, app: Application, flag: Flag, row: dict[str, Any], people: tuple[int, int]) -> bool:
    """Decide one flag; False where the newspaper has not written what would show it."""
    now, (reviewer, lead) = app.clock.now(), people
    article = session.scalars(select(Post).where(Post.external_id.endswith(f"/{row['article']}.html"))).first()
    if row["article"] and article is None:
        return False
    # A report names the host: an address of the press, which nobody serves, says more than this machine's.
    links = [f"https://bao.nampha.example/{row['article']}.html"] if article else []
    seen, by = seen_state(session, flag), Person(reviewer)
    given = {name: row[name] for name in ("decision", "topic", "note")}
    review = decide(session, flag, by=by, seen=seen, now=now, evidence=links, **given)
    if row["passed_to"] and review.case_id is not None:
        step = Step(kind="passed", passed_to=row["passed_to"])
        cases.take_step(session, cases.by_id(session, review.case_id), step, user_id=reviewer, now=now)
    if row["correction"]:
        content = Content(**row["correction"], source_url=links[0])
        written = corrections.write(session, flag, content, user_id=reviewer, now=now)
        seen_text = corrections.newest_text(session, written.id).id
        corrections.release(session, written, seen=seen_text, user_id=lead, now=now)
    return True
