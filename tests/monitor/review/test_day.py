"""The day: the first flags of the queue that all share, by turns from the labels, as many as a day holds."""

from collections import Counter
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.review.day import day_of, lease_next, listed
from monitor.review.decide import Judgement, Person, decide, seen_state, undo
from storage.database import Database
from storage.figures.concluded import concluded
from storage.models import Flag, Source
from storage.review import flags, matters
from storage.scoring import matching
from tests.clock import MONDAY_MORNING as NOW
from tests.factories import add_flag, add_post, add_source, add_user

SOON = NOW + timedelta(minutes=15)
WIDE = {"likes": 5_000}


def add_flags(
    session: Session, source: Source, label: str, count: int, *, origin: str = "scored", **post_values: object
) -> list[int]:
    names = [f"{label}-{origin}-{n}" for n in range(count)]
    posts = [add_post(session, source, name, text=name, **post_values) for name in names]
    return [add_flag(session, post, label, origin=origin).id for post in posts]


def work_through(session: Session, by: Person, size: int) -> list[str]:
    """Decide flag after flag until the day is done; gives the labels in their order."""
    seen = []
    while (number := lease_next(session, by, size=size, now=NOW, until=SOON)) is not None:
        flag = flags.by_id(session, number)
        decide(session, flag, Judgement(decision="unsure", seen=seen_state(session, flag)), by=by, now=NOW)
        seen.append(flag.label)
    return seen


def test_a_day_holds_concerns_and_claims_however_many_insults_wait(database: Database) -> None:
    with database.work() as session:
        source, lan = add_source(session), Person(add_user(session).id)
        add_flags(session, source, "negative", 60, engagement=WIDE)
        for label in ("concern", "unverified"):
            add_flags(session, source, label, 20)
        left = {"concern": 20, "unverified": 16, "negative": 4}
        assert day_of(session, lan, size=40, now=NOW).left == left
        seen = work_through(session, lan, 40)
        assert Counter(seen) == left
        assert seen == ["concern"] * 20 + ["unverified"] * 16 + ["negative"] * 4, "concerns first, claims next"
        assert day_of(session, lan, size=40, now=NOW).open == 0
        tomorrow = day_of(session, lan, size=40, now=NOW + timedelta(days=1))
        assert (tomorrow.seen, tomorrow.open) == (0, 40)


def test_what_one_label_lacks_the_others_get_and_insults_among_strangers_are_counted(database: Database) -> None:
    with database.work() as session:
        source, lan = add_source(session), Person(add_user(session).id)
        add_flags(session, source, "concern", 8)
        add_flags(session, source, "unverified", 1)
        add_flags(session, source, "negative", 5)
        day = day_of(session, lan, size=7, now=NOW)
        assert (day.left, day.strangers) == ({"concern": 6, "unverified": 1}, 5)
        assert Counter(work_through(session, lan, 20)) == {"concern": 8, "unverified": 1}


def test_copies_come_once(database: Database) -> None:
    with database.work() as session:
        source, lan = add_source(session), Person(add_user(session).id)
        first, second = (flags.by_id(session, number) for number in add_flags(session, source, "concern", 2))
        matching.join_cluster(session, first.post, second.post, NOW)
        assert day_of(session, lan, size=7, now=NOW).open == 1


def test_who_passes_a_flag_over_gets_it_again_when_the_others_were_seen(database: Database) -> None:
    with database.work() as session:
        lan, hung = Person(add_user(session).id), Person(add_user(session, "hùng").id)
        first, second = add_flags(session, add_source(session), "concern", 2)

        def take(by: Person, after: int | None = None) -> int | None:
            taken = lease_next(session, by, size=5, now=NOW, until=SOON, after=after)
            if after is not None:
                flags.release(session, after, by.lease_owner)
            return taken

        assert (take(lan), take(lan, first), take(lan, second)) == (first, second, first)
        assert take(hung) == second, "what somebody holds is left to them, and nothing else is dealt out"
        assert take(lan, first) is None


@pytest.mark.parametrize("size", [1, 3])
def test_no_day_is_too_long(database: Database, size: int) -> None:
    with database.work() as session:
        source, lan = add_source(session), Person(add_user(session).id)
        add_flags(session, source, "concern", 5)
        assert len(work_through(session, lan, size)) == size


@pytest.mark.parametrize(("decision", "counted"), [("yes", "confirmed"), ("no", "rejected"), ("unsure", "unsure")])
def test_the_list_of_a_day_is_shared_as_long_as_wished_and_counted_apart(
    database: Database, decision: str, counted: str
) -> None:
    with database.work() as session:
        source, lan = add_source(session), Person(add_user(session).id)
        (flagged,) = add_flags(session, source, "concern", 1)
        waiting = add_flags(session, source, "concern", 5, origin="listed")

        def left(now: datetime = NOW) -> list[int]:
            return [flag.id for flag in listed(session, size=3, now=now)]

        assert left() == waiting[:3]
        assert flags.counts(session) == {"concern": {"open": 1}}, "no suggestion before somebody decides"
        flag = flags.by_id(session, waiting[0])
        said = Judgement(decision=decision, seen=seen_state(session, flag))
        review = decide(session, flag, said, by=lan, now=NOW)
        opened = matters.of_post(session, flag.post_id, flag.label)
        assert (opened is not None) == (decision == "yes"), "a decision like any other"
        assert left() == waiting[1:3], "what is decided makes no room on the same day"
        assert left(NOW + timedelta(days=1)) == waiting[1:4]
        assert flags.counts(session) == {"concern": {"open": 1, counted: 1}}
        assert concluded(session)[()].total == 0, "the machine had suggested nothing"
        assert (day_of(session, lan, size=9, now=NOW).seen, lease_next(session, lan, size=9, now=NOW, until=SOON)) == (
            0,
            flagged,
        )
        undo(session, lan, review.id, now=NOW, until=SOON)
        assert (left(), flags.counts(session)) == (waiting[:3], {"concern": {"open": 1}})


@pytest.mark.parametrize(
    ("before", "after", "origin"),
    [("listed", "scored", "scored"), ("scored", "listed", "scored"), ("listed", "listed", "listed")],
)
def test_a_flag_rises_from_the_list_to_the_queue_and_never_falls(
    database: Database, before: str, after: str, origin: str
) -> None:
    with database.work() as session:
        post = add_post(session, add_source(session))
        assert add_flag(session, post, probability=0.1, origin=before).id == add_flag(session, post, origin=after).id
        assert [flag.origin for flag in session.scalars(select(Flag))] == [origin]
