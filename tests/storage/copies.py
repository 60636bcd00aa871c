"""Posts that are copies of each other, each with an open flag."""

from sqlalchemy.orm import Session

from storage.models import Flag
from storage.scoring import matching
from tests.clock import MONDAY_MORNING
from tests.factories import add_flag, add_post, add_source


def add_copies(session: Session, count: int, label: str = "concern") -> list[Flag]:
    """Store copies of one post in one cluster, and flag each."""
    source = add_source(session)
    made = [add_post(session, source, f"{label}-{number}", text="nợ lương hai tháng") for number in range(count)]
    for post in made[1:]:
        matching.join_cluster(session, made[0], post, MONDAY_MORNING)
    return [add_flag(session, post, label) for post in made]
