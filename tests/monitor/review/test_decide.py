"""Deciding: what is stored, and each way in which a decision is refused."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from monitor.reports.periods import Unit, period_of
from monitor.review.decide import CHANGE_VERDICT, SPLIT, Judgement, Person, decide, seen_state, undo
from monitor.review.errors import BadLink, DecisionRefused, Differs, Held, NeedsLink, NotAllowed, NotOpen, Stale
from storage.database import Database
from storage.models import Flag, Report, Review
from storage.review import flags, matters, reviews
from storage.review.decisions import label_decisions
from tests.clock import MONDAY_MORNING
from tests.factories import add_flag, add_post, add_source, add_user, matter_of
from tests.storage.copies import add_copies

LINK = "https://bao.example.vn/1"


def flag_of(session: Session, label: str = "concern") -> Flag:
    return add_flag(session, add_post(session, add_source(session)), label)


def press(session: Session, flag: Flag, by: Person, decision: str, **values: Any) -> Review:
    """Decide what the person sees now."""
    said = Judgement(**{"decision": decision, "seen": seen_state(session, flag)} | values)
    return decide(session, flag, said, by=by, now=MONDAY_MORNING)


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


def copies_of_a_rumour(session: Session, count: int) -> list[Flag]:
    return add_copies(session, count, "unverified")


def test_who_judges_a_copy_otherwise_is_told_and_changes_the_verdict_of_all(database: Database) -> None:
    with database.work() as session:
        first, second = copies_of_a_rumour(session, 2)
        lan, hung = Person(add_user(session).id), Person(add_user(session, "hùng").id)
        press(session, first, lan, "no_source")
        rumour = matter_of(session, first)
        with pytest.raises(Differs) as told:
            press(session, second, hung, "refuted", evidence=[LINK])
        assert (told.value.matter_id, told.value.decision, told.value.name) == (rumour.id, "no_source", "lan")
        assert told.value.at == MONDAY_MORNING
        press(session, second, hung, "refuted", evidence=[LINK], otherwise=CHANGE_VERDICT)
        assert matter_of(session, second) is matter_of(session, first) is rumour
        assert rumour.verdict == "refuted"
        last = reviews.last_of(session, hung.id)
        undo(session, hung, last.id, now=MONDAY_MORNING, until=MONDAY_MORNING)
        assert rumour.verdict == "no_source"


@pytest.mark.parametrize(("decision", "opened"), [("refuted", True), ("not_a_claim", False)])
def test_who_judges_a_copy_otherwise_can_split_it_off(database: Database, decision: str, opened: bool) -> None:
    with database.work() as session:
        first, second = copies_of_a_rumour(session, 2)
        lan = Person(add_user(session).id)
        press(session, first, lan, "no_source")
        with pytest.raises(Differs):
            press(session, second, lan, decision, evidence=[LINK])
        press(session, second, lan, decision, evidence=[LINK], otherwise=SPLIT)
        rumour, other = matter_of(session, first), matters.of_post(session, second.post_id, "unverified")
        assert (rumour.verdict, other.verdict if other else None) == ("no_source", "refuted" if opened else None)
        assert other is not rumour
        assert reviews.decided_copies(session, first) == [], "it is no copy any more"


def test_whoever_judged_a_matter_alone_judges_it_anew(database: Database) -> None:
    with database.work() as session:
        flag, lan = flag_of(session, "unverified"), Person(add_user(session).id)
        press(session, flag, lan, "no_source")
        rumour = matter_of(session, flag)
        press(session, flag, lan, "reopened")
        press(session, flag, lan, "refuted", evidence=[LINK])
        assert (matter_of(session, flag), rumour.verdict) == (rumour, "refuted")


def test_a_decision_joins_the_matter_that_was_chosen(database: Database) -> None:
    with database.work() as session:
        first, lan = flag_of(session), Person(add_user(session).id)
        other = add_flag(session, add_post(session, first.post.source, "other"))
        press(session, first, lan, "yes", topic="wages", place="xã Sùng Phài", sentence="Công ty nợ lương")
        chosen = matter_of(session, first)
        press(session, other, lan, "yes", matter_id=chosen.id)
        assert matter_of(session, other) is chosen
        assert (chosen.topic, chosen.place, chosen.sentence) == ("wages", "xã Sùng Phài", "Công ty nợ lương")


@pytest.mark.parametrize("was_issued", [True, False])
def test_a_matter_counts_for_the_week_of_its_post_unless_that_was_reported(
    database: Database, was_issued: bool
) -> None:
    sunday = MONDAY_MORNING - timedelta(hours=12)
    with database.work() as session:
        post = add_post(session, add_source(session), published_at=sunday, collected_at=sunday)
        flag, lan = add_flag(session, post), add_user(session)
        if was_issued:
            week = str(period_of(Unit.WEEK, sunday.date()))
            session.add(Report(period=week, schema_version=6, created_at=MONDAY_MORNING, figures={}, files=[]))
            session.flush()
        press(session, flag, Person(lan.id), "yes")
        assert matter_of(session, flag).counts_at == (MONDAY_MORNING if was_issued else sunday)
