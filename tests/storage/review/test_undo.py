"""Whatever people do, take back, reopen, decide together: the rows that are left explain the state."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from classifiers.labels import label_named
from storage.database import Database
from storage.errors import DataRejected
from storage.figures.concluded import concluded
from storage.models import Flag, Matter, MatterEvent, MatterPost, Review, User
from storage.posts import posts
from storage.review import decisions, flag_queue, flags, matter_log, matter_steps, matters, reviews
from storage.review.flag_queue import QueueFilter
from tests.clock import MONDAY_MORNING as NOW
from tests.factories import add_flag, add_post, add_source, add_user, decide, make_flag, make_post, matter_of
from tests.storage.copies import add_copies


def test_an_undone_decision_leaves_what_was_before(session: Session) -> None:
    lan = add_user(session)
    flag = add_flag(session, add_post(session, add_source(session)))
    states = []
    for decision in ("no", "reopened", "yes"):
        decide(session, flag, decision, lan)
        states.append(flag.state)
    for _ in range(3):
        last = reviews.last_of(session, lan.id)
        (row,) = reviews.undo(session, last, reviewer_id=lan.id, now=NOW)
        assert (row.decision, row.withdraws) == ("withdrawn", last.id)
        states.append(flag.state)
    assert states == ["rejected", "open", "confirmed", "open", "rejected", "open"]
    assert reviews.last_of(session, lan.id) is None
    assert len(reviews.history(session, flag.id)) == 6
    assert decisions.label_decisions(session) == []


def test_a_decision_after_which_somebody_else_decided_stays(session: Session) -> None:
    lan, minh = add_user(session), add_user(session, "minh")
    flag = add_flag(session, add_post(session, add_source(session)))
    own = decide(session, flag, "no", lan)
    decide(session, flag, "reopened", minh)
    assert reviews.undo(session, own, reviewer_id=lan.id, now=NOW) == []
    assert reviews.undo(session, own, reviewer_id=lan.id, now=NOW) == []
    assert flag.state == "open"


def test_copies_are_decided_and_taken_back_together(session: Session) -> None:
    lan, minh = add_user(session), add_user(session, "minh")
    first, second, third, other = add_copies(session, 4)
    decide(session, other, "no", minh)
    own = decide(session, first, "yes", lan)
    found = reviews.open_copies(session, first)
    assert list(found) == [second, third]
    copied = [reviews.decide_copy(session, flag, own, matter_of(session, first), now=NOW) for flag in found]
    assert [row.batch for row in copied] == [own.id, own.id]
    assert {flag.state for flag in (first, second, third)} == {"confirmed"}
    told = [(review.flag_id, name) for review, name in reviews.decided_copies(session, first)]
    assert told == [(third.id, "lan"), (second.id, "lan"), (other.id, "minh")]
    decide(session, third, "reopened", minh)
    last = reviews.last_of(session, lan.id)
    assert last is own
    assert [row.withdraws for row in reviews.undo(session, own, reviewer_id=lan.id, now=NOW)] == [1 + 1, 3]
    assert [flag.state for flag in (first, second, third, other)] == ["open", "open", "open", "rejected"]


# What people do in any order: (what, which of three copies, who, which decision or step).
ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(("decide", "decide", "reopen", "undo", "copies", "step", "edit")),
        st.integers(0, 2),
        st.integers(0, 1),
        st.integers(0, 6),
    ),
    min_size=1,
    max_size=14,
)


@pytest.mark.parametrize("label", ["concern", "unverified"])
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actions=ACTIONS)
def test_every_path_leaves_rows_that_explain_the_state(
    sqlite_database: Database, label: str, actions: Sequence[tuple[str, int, int, int]]
) -> None:
    """The replay below knows nothing of the queries by which `storage` derives states."""
    with sqlite_database.work() as session:
        people = [add_user(session), add_user(session, "minh")]
        copies = add_copies(session, 3, label)
        written = 0
        for moment, (what, which, who, choice) in enumerate(actions):
            before = set(rows(session))
            DO[what](session, copies[which], people[who], choice)
            after = set(rows(session))
            assert before <= after, f"{what} at {moment} changed a row"
            written += len(after) - len(before)
            explained(session)
        assert written == len(set(rows(session)))
        session.rollback()


def rows(session: Session) -> Iterator[tuple[str, str]]:
    for name, table in (("reviews", Review.__table__), ("matter_events", MatterEvent.__table__)):
        for found in session.execute(select(table)):
            yield name, repr(found)


def explained(session: Session) -> None:
    """Check states of flags and matters against a replay of the rows, oldest first."""
    standing: dict[int, list[Review]] = {}
    for row in session.scalars(select(Review).order_by(Review.id)):
        kept = standing.setdefault(row.flag_id, [])
        if row.decision == "withdrawn":
            assert row.withdraws in [each.id for each in kept], "what is taken back stood until then"
            standing[row.flag_id] = [each for each in kept if each.id != row.withdraws]
        else:
            kept.append(row)
    in_queue(session, standing)
    counted(session)
    for flag in session.scalars(select(Flag)):
        of_version = [row for row in standing.get(flag.id, ()) if row.revision_number == flag.revision_number]
        assert flag.state == (decisions.STATE_OF[of_version[-1].decision] if of_version else "open")
        belongs = matters.of_post(session, flag.post_id, flag.label) is not None
        assert belongs == (flag.state == "confirmed") or flag.state == "open"
    for matter in session.scalars(select(Matter)):
        _matter_explained(session, matter)


def _matter_explained(session: Session, matter: Matter) -> None:
    events = [event for event, _ in matters.events_of(session, matter.id)]
    assert (events[0].kind, len(events)) == ("opened", matter.version)
    undone = {event.undoes for event in events}
    of = [event for event in events if event.id not in undone]
    rows = session.scalars(select(MatterPost).where(MatterPost.matter_id == matter.id)).all()
    assert {row.joined_by for row in rows} <= {event.id for event in events}
    standing = [row.post_id for row in rows if row.removed_by is None]
    assert len(standing) == len(set(standing))
    assert (matter.state == "withdrawn") == (not standing)
    named = [event.topic for event in of if event.topic is not None]
    assert matter.topic == (named or [events[0].topic])[-1]
    judged = [event.verdict for event in of if event.verdict is not None]
    assert matter.verdict == (judged or [events[0].verdict])[-1]
    waits = matter.state in ("open", "passed", "followed_up", "returned") or (
        matter.kind == "grievance" and matter.state == "answered"
    )
    assert waits == (matter in matters.listed(session))
    before = (matter.state, matter.topic, matter.verdict)
    matter_log.settle(session, matter)
    assert (matter.state, matter.topic, matter.verdict) == before


def in_queue(session: Session, standing: Mapping[int, Sequence[Review]]) -> None:
    """Check that the queue lists the first open copy, what somebody decided themselves, and what was said of copies."""
    known = session.scalars(select(Flag).order_by(Flag.id)).all()
    first_open = [flag.id for flag in known if flag.state == "open"][:1]
    assert [flag.id for flag in flag_queue.listed(session).flags] == first_open, "copies are one entry"
    for user in session.scalars(select(User)):
        own = flag_queue.listed(session, QueueFilter(state=None, decided_by=user.id)).flags
        assert {flag.id for flag in own} == {
            flag_id for flag_id, kept in standing.items() if any(row.reviewer_id == user.id for row in kept)
        }
    decided = {flag.id for flag in known if flag.state != "open"}
    for flag in known:
        assert {review.flag_id for review, _ in reviews.decided_copies(session, flag)} == decided - {flag.id}


def counted(session: Session) -> None:
    """Check the counts of the desk against the flags one by one, each with the source of its post."""
    known = Counter((flag.post.source_id, flag.label, flag.state) for flag in session.scalars(select(Flag)))
    found = concluded(session, by=(Flag.source_id, Flag.label))
    assert found.keys() == {(source, label) for source, label, _ in known}
    for (source, label), row in found.items():
        right, wrong = (known[source, label, state] for state in ("confirmed", "rejected"))
        assert (row.right, row.total) == (right, right + wrong)


def _decide(session: Session, flag: Flag, user: User, choice: int) -> None:
    known = label_named(flag.label).decisions
    if flag.state == "open":
        decide(session, flag, known[choice % len(known)], user)


def _reopen(session: Session, flag: Flag, user: User, choice: int) -> None:
    if flag.state != "open":
        decide(session, flag, "reopened", user)


def _undo(session: Session, flag: Flag, user: User, choice: int) -> None:
    last = reviews.last_of(session, user.id)
    if last is not None:
        reviews.undo(session, last, reviewer_id=user.id, now=NOW)


def _copies(session: Session, flag: Flag, user: User, choice: int) -> None:
    known = label_named(flag.label).decisions
    if flag.state == "open":
        own = decide(session, flag, known[choice % len(known)], user)
        for other in reviews.open_copies(session, flag):
            reviews.decide_copy(session, other, own, matters.of_post(session, flag.post_id, flag.label), now=NOW)


def _step(session: Session, flag: Flag, user: User, choice: int) -> None:
    for matter in session.scalars(select(Matter)).all():
        kind = matter_steps.STEPS[choice]
        verdict = "borne_out" if kind == "judged" else None
        step = matter_steps.Step(
            kind=kind, passed_to="Ban", topic="safety" if kind == "noted" else None, verdict=verdict
        )
        try:
            matter_steps.take_step(session, matter, step, user_id=user.id, now=NOW + timedelta(hours=choice))
        except DataRejected:
            continue


def _edit(session: Session, flag: Flag, user: User, choice: int) -> None:
    posts.record(session, flag.post.source_id, [make_post(flag.post.external_id, f"{flag.post.current_text} sửa")])
    session.refresh(flag.post)
    flags.open_flags(session, flag.model_id, [make_flag(flag.post, flag.label)], NOW)


DO: dict[str, Callable[[Session, Flag, User, int], None]] = {
    "decide": _decide,
    "reopen": _reopen,
    "undo": _undo,
    "copies": _copies,
    "step": _step,
    "edit": _edit,
}
