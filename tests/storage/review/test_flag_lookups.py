"""SQLite finds the flags of a question by the index that names few of them, without figures of its tables.

Otherwise a page reads all flags of a label or a state, or all reviews.
"""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from storage.database import Database
from storage.models import Flag
from storage.review import flag_queue, matter_copies, places, reviews
from storage.review.flag_queue import QueueFilter
from tests.clock import MONDAY_MORNING as NOW
from tests.factories import decide
from tests.storage.copies import add_copies
from tests.storage.plans import plan_of

LOOKUPS: dict[str, tuple[Callable[[Session, Flag], object], str]] = {
    "open copies": (
        reviews.open_copies,
        "flags USING INDEX ix_flags_label_state_origin_post_id (label=? AND state=? AND origin=? AND post_id",
    ),
    "decided copies": (reviews.decided_copies, "flags USING INDEX sqlite_autoindex_flags_1 (post_id=? AND label=?)"),
    "copies of posts of a matter": (
        lambda session, flag: matter_copies.follow_copies(session, [flag.post_id], NOW),
        "matter_posts USING INDEX ix_matter_posts_post_id (post_id=?)",
    ),
    "open flags in the order of their numbers": (
        lambda session, _: places.open_flags(session, since=NOW, after=0, limit=500),
        "flags USING INTEGER PRIMARY KEY (rowid>?)",
    ),
    "flags that somebody holds": (
        lambda session, _: flag_queue.listed(session, QueueFilter(held_by=("user:1", NOW))),
        "USING INDEX ix_flags_lease_owner (lease_owner=?)",
    ),
}


@pytest.mark.parametrize("name", LOOKUPS)
def test_few_flags_are_looked_at(sqlite_database: Database, name: str) -> None:
    ask, expected = LOOKUPS[name]
    with sqlite_database.work() as session:
        flag, *others = add_copies(session, 20)
        for other in others:
            decide(session, other, "no")
        plan = plan_of(session, lambda: ask(session, flag))
    assert any(expected in step for step in plan), plan
