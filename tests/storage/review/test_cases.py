"""A confirmed concern becomes a case, which stays open until it is settled or its decisions are taken back."""

import re
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from storage.errors import DataRejected
from storage.figures.report_counts import Period
from storage.models import Case, Flag, Review, User
from storage.posts import posts, traces
from storage.review import cases, quote_choices, reviews
from storage.review.cases import Step
from tests.clock import MONDAY_MORNING as NOW
from tests.factories import add_flag, add_post, add_source, add_user, decide
from tests.storage.copies import add_copies


def confirm(session: Session, flag: Flag, user: User, topic: str = "wages", place: str = "Phường An Bình") -> Review:
    return decide(session, flag, "yes", user, topic=topic, place=place)


def case_of(session: Session, review: Review) -> Case:
    assert review.case_id is not None
    return cases.by_id(session, review.case_id)


def kinds(session: Session, case: Case) -> list[str]:
    return [event.kind for event, _ in cases.events_of(session, case.id)]


def test_a_case_goes_from_its_opening_to_its_end(session: Session) -> None:
    lan = add_user(session)
    case = case_of(session, confirm(session, add_flag(session, add_post(session, add_source(session))), lan))
    assert (case.state, case.topic, case.place) == ("open", "wages", "Phường An Bình")
    states = []
    steps = (
        Step(kind="passed", passed_to="Ban chính sách"),
        Step(kind="answered", note="công ty hẹn trả"),
        Step(kind="noted", note="đã nhắc"),
        Step(kind="described", topic="insurance", place="Phường Bình Hòa"),
        Step(kind="followed_up"),
        Step(kind="settled", note="đã trả đủ"),
        Step(kind="reopened"),
        Step(kind="settled"),
    )
    for hours, step in enumerate(steps):
        cases.take_step(session, case, step, user_id=lan.id, now=NOW + timedelta(hours=hours))
        states.append(case.state)
    assert states == [
        "passed", "answered", "answered", "answered", "followed_up", "settled", "open", "settled"
    ]  # fmt: skip
    assert (case.topic, case.place) == ("insurance", "Phường Bình Hòa")
    assert kinds(session, case) == ["opened", *(step.kind for step in steps)]
    assert [name for _, name in cases.events_of(session, case.id)] == ["lan"] * 9
    assert cases.listed(session) == []
    assert cases.counts(session) == {"settled": 1}


def test_a_concern_alone_opens_a_case(session: Session) -> None:
    source, lan = add_source(session), add_user(session)
    for number, (label, decision) in enumerate(
        (("negative", "yes"), ("unverified", "no_source"), ("concern", "no"), ("concern", "unsure"))
    ):
        flag = add_flag(session, add_post(session, source, str(number)), label)
        decide(session, flag, decision, lan)
    assert cases.listed(session, ("open", "withdrawn")) == []


def test_copies_share_a_case_and_a_new_one_comes_after_it_was_settled(session: Session) -> None:
    lan = add_user(session)
    first, second, third = add_copies(session, 3)
    case = case_of(session, confirm(session, first, lan))
    assert case_of(session, confirm(session, second, lan)) is case
    assert cases.flags_of(session, case.id) == [first, second]
    cases.take_step(session, case, Step(kind="settled"), user_id=lan.id, now=NOW)
    again = case_of(session, confirm(session, third, lan))
    assert again is not case
    assert [(one.id, one.state) for one in cases.listed(session)] == [(again.id, "open")]


def test_a_case_ends_with_its_last_decision_and_comes_back_with_it(session: Session) -> None:
    lan = add_user(session)
    first, second = add_copies(session, 2)
    one, two = confirm(session, first, lan), confirm(session, second, lan)
    case = case_of(session, one)
    cases.take_step(session, case, Step(kind="passed", passed_to="Ban chính sách"), user_id=lan.id, now=NOW)
    reviews.undo(session, one, reviewer_id=lan.id, now=NOW)
    assert case.state == "passed", "the copy still stands behind it"
    reviews.undo(session, two, reviewer_id=lan.id, now=NOW)
    assert case.state == "withdrawn"
    with pytest.raises(DataRejected, match="was withdrawn with its decision"):
        cases.take_step(session, case, Step(kind="answered"), user_id=lan.id, now=NOW)
    assert case_of(session, confirm(session, second, lan)) is case
    assert case.state == "passed"
    assert kinds(session, case) == ["opened", "passed", "withdrawn", "restored"]


@pytest.mark.parametrize(
    ("step", "fault"),
    [
        (Step(kind="passed"), "to whom"),
        (Step(kind="passed", passed_to=" "), "to whom"),
        (Step(kind="reopened"), "cannot be reopened"),
        (Step(kind="withdrawn"), "no step of a case"),
        (Step(kind="burnt"), "no step of a case"),
    ],
)
def test_a_step_that_does_not_fit_is_refused(session: Session, step: Step, fault: str) -> None:
    lan = add_user(session)
    case = case_of(session, confirm(session, add_flag(session, add_post(session, add_source(session))), lan))
    with pytest.raises(DataRejected, match=fault):
        cases.take_step(session, case, step, user_id=lan.id, now=NOW)
    assert kinds(session, case) == ["opened"]


def test_a_case_outlives_its_post(session: Session) -> None:
    lan = add_user(session)
    post = add_post(session, add_source(session), author_key="a" * 64)
    case = case_of(session, confirm(session, add_flag(session, post), lan))
    posts.erase_author(session, "a" * 64, NOW)
    session.expire_all()
    kept = cases.by_id(session, case.id)
    assert (kept.state, kept.flag_id) == ("open", None)
    cases.take_step(session, kept, Step(kind="settled"), user_id=lan.id, now=NOW)
    assert kinds(session, kept) == ["opened", "settled"]
    assert cases.listed(session, ("settled",), limit=10) == [kept]


def test_an_event_is_rewritten_on_an_erasure(session: Session) -> None:
    lan = add_user(session)
    case = case_of(session, confirm(session, add_flag(session, add_post(session, add_source(session))), lan))
    cases.take_step(session, case, Step(kind="noted", note="đã gọi Lan"), user_id=lan.id, now=NOW)
    traces.mask(session, re.compile("Lan"), "[tên]", now=NOW)
    assert [each.note for each, _ in cases.events_of(session, case.id)] == ["", "đã gọi [tên]"]


def test_quotes_are_chosen_for_the_version_that_was_read(session: Session) -> None:
    source, lan = add_source(session), add_user(session)
    flag = add_flag(session, add_post(session, source))
    other = add_flag(session, add_post(session, source, "2"))
    for each in (other, flag):
        confirm(session, each, lan)
    for each in (other, flag, other):
        quote_choices.choose(session, each, user_id=lan.id, now=NOW)
    week = (Period(NOW - timedelta(days=1), NOW + timedelta(days=7)), "concern")
    assert {each.id for each in quote_choices.chosen(session, *week)} == {flag.id, other.id}
    quote_choices.take_back(session, other)
    assert (quote_choices.is_chosen(session, flag), quote_choices.is_chosen(session, other)) == (True, False)
    flag.revision_number = 1
    session.flush()
    assert not quote_choices.is_chosen(session, flag)
    assert quote_choices.chosen(session, *week) == []
    quote_choices.choose(session, flag, user_id=lan.id, now=NOW)
    assert quote_choices.chosen(session, *week) == [flag], "the edited version can be chosen as well"
