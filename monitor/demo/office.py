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
from monitor.review.decide import Judgement, Person, decide, seen_state
from storage.models import Flag, Post
from storage.review import corrections, matter_steps, matters
from storage.review.corrections import Content
from storage.review.matter_steps import Step

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
    given = {name: row[name] for name in ("decision", "topic", "note")}
    said = Judgement(seen=seen_state(session, flag), evidence=links, **given)
    decide(session, flag, said, by=Person(reviewer), now=now)
    matter = matters.of_post(session, flag.post_id, flag.label)
    if row["passed_to"] and matter is not None:
        step = Step(kind="passed", passed_to=row["passed_to"])
        matter_steps.take_step(session, matter, step, user_id=reviewer, now=now)
    if row["correction"] and matter is not None:
        content = Content(**row["correction"], source_url=links[0])
        written = corrections.write(session, matter, content, user_id=reviewer, now=now)
        seen_text = corrections.newest_text(session, written.id).id
        corrections.release(session, written, seen=seen_text, user_id=lead, now=now)
    return True
