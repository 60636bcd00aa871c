"""Deciding: what is stored, and each way in which a decision is refused."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from monitor.review.decide import Person, decide, seen_state, undo
from monitor.review.errors import BadLink, DecisionRefused, Held, NeedsLink, NotAllowed, NotOpen, Stale
from storage.database import Database
from storage.models import Flag, Review
from storage.review import flags, reviews
from storage.review.decisions import label_decisions
from tests.clock import MONDAY_MORNING
from tests.factories import add_flag, add_post, add_source, add_user

LINK = "https://bao.example.vn/1"


def flag_of(session: Session, label: str = "concern") -> Flag:
    return add_flag(session, add_post(session, add_source(session)), label)


def press(session: Session, flag: Flag, by: Person, decision: str, **values: Any) -> Review:
    """Decide what the person sees now."""
    given = {"seen": seen_state(session, flag), "now": MONDAY_MORNING} | values
    return decide(session, flag, by=by, decision=decision, **given)


@pytest.mark.parametrize(
    ("label", "decision", "evidence", "error"),
    [
        ("unverified", "yes", [], NotAllowed),
        ("concern", "no_source", [], NotAllowed),
        ("negative", "withdrawn", [], NotAllowed),
        ("own", "x", [], NotAllowed),
        ("unverified", "refuted", [], NeedsLink),
        ("unverified", "supported", [], NeedsLink),
        ("unverified", "refuted", ["https://?evil.example"], BadLink),
        ("concern", "yes", [LINK, "javascript:alert(1)"], BadLink),
        ("concern", "yes", ["https://e.example/" + 2_000 * "x"], BadLink),
        ("concern", "reopened", [], NotOpen),
    ],
)
def test_what_a_flag_does_not_take_is_refused(
    sqlite_database: Database, label: str, decision: str, evidence: list[str], error: type[DecisionRefused]
) -> None:
    with sqlite_database.work() as session:
        flag, lan = flag_of(session, label), Person(add_user(session).id)
        with pytest.raises(error):
            press(session, flag, lan, decision, evidence=evidence)
        assert reviews.count(session, flag.id) == 0


def test_a_flag_is_decided_by_who_holds_it_as_it_was_seen(sqlite_database: Database) -> None:
    with sqlite_database.work() as session:
        flag, lan, hung = flag_of(session), Person(add_user(session).id), Person(add_user(session, "hùng").id)
        later = MONDAY_MORNING + timedelta(minutes=15)
        flags.lease(session, flag.id, owner=hung.lease_owner, now=MONDAY_MORNING, until=later)
        with pytest.raises(Held):
            press(session, flag, lan, "yes")
        press(session, flag, hung, "yes")
        with pytest.raises(Stale):
            press(session, flag, lan, "no", seen="0.0")
        with pytest.raises(NotOpen):
            press(session, flag, lan, "no")
        press(session, flag, lan, "reopened")
        press(session, flag, lan, "no")
        assert flag.state == "rejected"
        mine, others = (reviews.last_of(session, one.id) for one in (lan, hung))
        assert undo(session, hung, others.id, now=later, until=later) is None, "somebody decided since"
        assert undo(session, lan, others.id, now=later, until=later) is None, "it is somebody else's"
        undone = undo(session, lan, mine.id, now=later, until=later)
        assert (undone.flag_id, undone.decisions, flag.state) == (flag.id, 1, "open")


def test_what_proved_true_may_still_name_no_source(database: Database) -> None:
    with database.work() as session:
        flag = flag_of(session, "unverified")
        press(session, flag, Person(add_user(session).id), "supported", evidence=[LINK])
        assert flag.state == "rejected"
        assert label_decisions(session) == []
