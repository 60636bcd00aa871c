"""Posts that people have decided about, flagged by the machine or drawn for teaching."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from classifiers.labels import label_named
from storage.database import Database
from storage.models import Flag, Source
from storage.review.decisions import UNSURE, plain_decision
from tests.clock import MONDAY_MORNING
from tests.factories import add_flag, add_post, add_source, decide


def decide_posts(
    database: Database, answers: Mapping[str, bool | None], label: str = "concern", *, at: datetime = MONDAY_MORNING
) -> None:
    """Store a flagged post for each text and decide its flag: yes, no, or (None) not sure."""
    with database.changes() as session:
        source = session.scalar(select(Source)) or add_source(session)
        for number, (text, answer) in enumerate(answers.items()):
            flag = add_flag(session, add_post(session, source, f"{label}-{at.timestamp()}-{number}", text=text), label)
            decision = UNSURE if answer is None else plain_decision(label_named(label).decisions, holds=answer)
            decide(session, flag, decision, now=at)


def answer_all(database: Database, truth: Mapping[str, bool], label: str = "concern") -> None:
    """Decide the open flags of drawn posts by what is true of the texts; other labels than the one are always a no."""
    with database.changes() as session:
        for flag in session.scalars(select(Flag).where(Flag.state == "open", Flag.sampling.is_not(None))).all():
            decision = plain_decision(
                label_named(flag.label).decisions, holds=flag.label == label and truth[flag.post.text]
            )
            decide(session, flag, decision)
