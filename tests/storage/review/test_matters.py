"""Matters: opened by a decision, worked on, settled, listed, counted, and left alone by what deletes posts."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.errors import DataRejected
from storage.figures import report_matters
from storage.figures.report_counts import Period
from storage.models import Matter, MatterEvent, MatterPost
from storage.posts import posts, traces
from storage.review import matter_log, matter_steps, matters, reviews
from storage.review.matter_steps import Step
from storage.review.matters import MatterFilter
from tests.clock import MONDAY_MORNING as NOW
from tests.factories import add_flag, add_post, add_source, add_user, decide, matter_of
from tests.storage.copies import add_copies
from tests.storage.review.made_matters import as_derived, confirm, confirmed, kinds, told_in

EVERY_STATE = MatterFilter(states=(*matters.STATES, *matters.GONE))
WEEK = Period(NOW - timedelta(days=7), NOW)


def test_a_matter_goes_from_its_opening_to_its_end(session: Session) -> None:
    lan = add_user(session)
    matter = confirm(session, add_flag(session, add_post(session, add_source(session))), lan)
    assert (matter.kind, matter.state, matter.topic, matter.place) == ("grievance", "open", "wages", "Phường An Bình")
    states = []
    steps = (
        Step(kind="passed", passed_to="Ban chính sách"),
        Step(kind="answered", note="công ty hẹn trả"),
        Step(kind="noted", note="đã nhắc", follower_id=lan.id, back_at=NOW),
        Step(kind="described", sentence="Công ty nợ lương", topic="insurance", place="Phường Bình Hòa"),
        Step(kind="followed_up"),
        Step(kind="settled", note="đã trả đủ"),
        Step(kind="reopened"),
        Step(kind="settled"),
    )
    for hours, step in enumerate(steps):
        matter_steps.take_step(session, matter, step, user_id=lan.id, now=NOW + timedelta(hours=hours))
        states.append(matter.state)
    assert states == [
        "passed", "answered", "answered", "answered", "followed_up", "settled", "open", "settled"
    ]  # fmt: skip
    assert (matter.sentence, matter.topic, matter.place) == ("Công ty nợ lương", "insurance", "Phường Bình Hòa")
    assert (matter.follower, matter.back_at) == (lan, None), "nobody comes back to what is settled"
    assert kinds(session, matter) == ["opened", *(step.kind for step in steps)]
    assert [name for _, name in matters.events_of(session, matter.id)] == ["lan"] * 9
    assert matter.version == 9
    assert matters.listed(session) == []
    assert matters.counts(session) == {("grievance", "settled"): 1}
    as_derived(session)


@pytest.mark.parametrize(
    ("label", "decision", "opened"),
    [
        ("concern", "yes", [("grievance", None)]),
        ("unverified", "no_source", [("rumour", "no_source")]),
        ("unverified", "refuted", [("rumour", "refuted")]),
        ("unverified", "supported", []),
        ("unverified", "not_a_claim", []),
        ("negative", "yes", []),
        ("concern", "no", []),
        ("concern", "unsure", []),
    ],
)
def test_what_a_decision_opens(
    session: Session, label: str, decision: str, opened: list[tuple[str, str | None]]
) -> None:
    decide(session, add_flag(session, add_post(session, add_source(session)), label), decision)
    assert [(one.kind, one.verdict) for one in matters.listed(session, EVERY_STATE)] == opened


def test_three_copies_decided_one_after_another_are_one_matter_of_three_posts(session: Session) -> None:
    lan = add_user(session)
    first, second, third = add_copies(session, 3)
    matter = confirm(session, first, lan)
    matter_steps.take_step(session, matter, Step(kind="settled"), user_id=lan.id, now=NOW)
    for copy in (second, third):
        assert confirm(session, copy, lan) is matter
    assert session.scalars(select(Matter)).all() == [matter]
    period = Period(matter.counts_at, matter.counts_at + timedelta(days=1))
    (row,) = report_matters.matters_of(session, period, "grievance")
    assert (row.number, row.reach.posts, row.reach.publishers) == (matter.id, 3, 1)


def test_one_rumour_has_one_verdict(session: Session) -> None:
    lan, minh = add_user(session), add_user(session, "minh")
    first, second = add_copies(session, 2, "unverified")
    decide(session, first, "no_source", lan)
    rumour = matter_of(session, first)
    decide(session, second, "refuted", minh)
    assert matter_of(session, second) is rumour
    assert rumour.verdict == "refuted"
    decision, name = matters.newest_decision(session, rumour.id) or (None, "")
    assert (decision and decision.decision, name) == ("refuted", "minh")
    reviews.undo(session, reviews.last_of(session, minh.id), reviewer_id=minh.id, now=NOW)
    assert rumour.verdict == "no_source"
    assert told_in(session, rumour) == [first.post_id, second.post_id], "the copy still belongs to it"
    as_derived(session)


def test_a_matter_counts_for_the_week_of_its_post_for_ever(session: Session) -> None:
    lan, source = add_user(session), add_source(session)
    sunday = NOW - timedelta(hours=12)
    post = add_post(session, source, published_at=sunday, collected_at=sunday, author_key="a" * 64)
    matter = confirm(session, add_flag(session, post), lan)

    def figures() -> list[object]:
        session.expire_all()
        weeks = (WEEK, Period(WEEK.end, WEEK.end + timedelta(days=7)))
        return [report_matters.matters_of(session, week, "grievance") for week in weeks]

    before = figures()
    assert [[row.number for row in rows] for rows in before] == [[matter.id], []]
    deleted = posts.delete_expired(session, source.id, NOW + timedelta(days=400), 1, 100)
    assert deleted.posts == 1
    assert figures() == before
    assert told_in(session, matter) == [None]
    as_derived(session)


@pytest.mark.parametrize(
    ("step", "fault"),
    [
        (Step(kind="passed"), "to whom"),
        (Step(kind="passed", passed_to=" "), "to whom"),
        (Step(kind="reopened"), "cannot be reopened"),
        (Step(kind="merged"), "no step of this matter"),
        (Step(kind="burnt"), "no step of this matter"),
        (Step(kind="judged", verdict="refuted"), "no step of this matter"),
        (Step(kind="noted", verdict="refuted"), "no step of this matter"),
    ],
)
def test_a_step_that_does_not_fit_is_refused(session: Session, step: Step, fault: str) -> None:
    lan = add_user(session)
    matter = confirmed(session, lan)
    with pytest.raises(DataRejected, match=fault):
        matter_steps.take_step(session, matter, step, user_id=lan.id, now=NOW)
    assert kinds(session, matter) == ["opened"]


def test_what_returned_stands_first_then_what_is_due(session: Session) -> None:
    lan = add_user(session)
    first, second, third = (confirmed(session, lan, str(number)) for number in range(3))
    matter_steps.take_step(session, second, Step(kind="noted", back_at=NOW), user_id=lan.id, now=NOW)
    returned = MatterEvent(user_id=None, at=NOW, kind="returned")
    matter_log.add(session, third, returned)
    assert matters.listed(session, now=NOW) == [third, second, first]
    assert matters.count_due(session, lan.id, NOW) == 2
    assert matters.count_unsettled(session) == 3


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (MatterFilter(), 2),
        (MatterFilter(kind="rumour"), 1),
        (MatterFilter(topic="wages"), 1),
        (MatterFilter(words="đồng nai"), 1),
        (MatterFilter(words="100%"), 0),
        (MatterFilter(states=("settled",)), 0),
        (MatterFilter(follower_id=1), 0),
    ],
)
def test_matters_are_found_by_what_they_are(session: Session, wanted: MatterFilter, count: int) -> None:
    lan = add_user(session)
    confirm(session, add_flag(session, add_post(session, add_source(session))), lan, place="Tỉnh Đồng Nai")
    confirmed(session, lan, "2", "unverified")
    assert len(matters.listed(session, wanted)) == count


def test_a_matter_outlives_its_posts_and_holds_nothing_of_them(session: Session) -> None:
    lan = add_user(session)
    post = add_post(session, add_source(session), author_key="a" * 64, text="Xưởng Z nợ lương")
    matter = confirm(session, add_flag(session, post), lan)
    before = matters.reach_of(session, [matter.id])
    posts.erase_author(session, "a" * 64, NOW)
    session.expire_all()
    assert (matter.state, matters.reach_of(session, [matter.id])) == ("open", before)
    assert matters.posts_of(session, matter.id)[0][1] is None
    for table in (Matter, MatterEvent, MatterPost):
        for row in session.execute(select(table.__table__)):
            assert not any(word in str(row) for word in ("Xưởng Z", "a" * 64))
    matter_steps.take_step(session, matter, Step(kind="settled"), user_id=lan.id, now=NOW)
    assert kinds(session, matter) == ["opened", "settled"]
    as_derived(session)


def test_an_erasure_masks_what_was_written_of_a_matter(session: Session) -> None:
    lan = add_user(session)
    matter = confirmed(session, lan)
    step = Step(kind="described", note="đã gọi Lan", sentence="Chị Lan bị nợ lương", place="Nhà Lan")
    matter_steps.take_step(session, matter, step, user_id=lan.id, now=NOW)
    traces.mask(session, re.compile("Lan"), "[tên]", now=NOW)
    session.expire_all()
    assert [each.note for each, _ in matters.events_of(session, matter.id)] == ["", "đã gọi [tên]"]
    assert (matter.sentence, matter.place) == ("Chị [tên] bị nợ lương", "Nhà [tên]")
    as_derived(session)
