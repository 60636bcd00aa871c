"""The review queue: filters, four orders, and pages behind the last row seen, also while flags come and go."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlalchemy.orm import Session

from storage.database import Database
from storage.models import Flag, Post
from storage.review import flag_queue, reviews
from storage.review.flag_queue import Order, QueueFilter, QueuePage
from storage.search import search
from storage.search.search import SearchDraft
from storage.search.search_words import Words
from tests.clock import MONDAY_MORNING as NOW
from tests.factories import add_flag, add_post, add_source, add_user, decide
from tests.storage.plans import plan_of

SOON = NOW + timedelta(minutes=15)


def numbers(session: Session, wanted: QueueFilter = flag_queue.EVERY_OPEN, order: Order = Order.WORTH) -> list[int]:
    return [flag.id for flag in flag_queue.listed(session, wanted, order).flags]


def add_flags(session: Session, count: int) -> list[Flag]:
    source = add_source(session)
    return [add_flag(session, add_post(session, source, f"post {number}")) for number in range(count)]


def test_each_order_has_its_own_first_flag(session: Session) -> None:
    found = add_flags(session, 4)
    for number, flag in enumerate(found):
        flag.worth, flag.reach, flag.probability, flag.dated = 0.0, 1.0, 0.9, NOW
        flag.worth += number == 0
        flag.reach += number == 1
        flag.probability -= 0.3 * (number == 2)
        flag.dated += timedelta(days=number == 3)
    session.flush()
    first = [numbers(session, order=order)[0] for order in (Order.WORTH, Order.REACH, Order.DOUBT, Order.NEWEST)]
    assert first == [flag.id for flag in found]


def _by_place(session: Session, flag: Flag) -> QueueFilter:
    words = {"accented": ("ở", "bình", "dương"), "bare": ("o", "binh", "duong")}
    of_post = {"post_id": flag.post_id, "source_id": flag.post.source_id, "dated": flag.dated}
    search.index(session, [SearchDraft(**of_post, **words)])
    return QueueFilter(place=Words(("bình", "dương"), accented=True))


def _by_decision(session: Session, flag: Flag) -> QueueFilter:
    lan = add_user(session)
    decide(session, flag, "no", lan)
    return QueueFilter(state=None, decided_by=lan.id)


def _by_lease(session: Session, flag: Flag) -> QueueFilter:
    flag.lease_owner, flag.lease_until = "user:1", SOON
    session.flush()
    return QueueFilter(held_by=("user:1", NOW))


FILTERS: dict[str, Callable[[Session, Flag], QueueFilter]] = {
    "source": lambda _, flag: QueueFilter(source_id=flag.post.source_id),
    "kind": lambda _, flag: QueueFilter(kind=flag.post.source.kind),
    "day": lambda _, flag: QueueFilter(since=flag.dated, until=flag.dated + timedelta(seconds=1)),
    "place": _by_place,
    "decided": _by_decision,
    "held": _by_lease,
}


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_leaves_what_it_names(session: Session, name: str) -> None:
    add_flags(session, 2)
    source = add_source(session, "mạng", kind="mastodon")
    flag = add_flag(session, add_post(session, source, "x", published_at=NOW - timedelta(days=3)))
    wanted = FILTERS[name](session, flag)
    assert numbers(session, wanted) == [flag.id]
    assert flag_queue.count(session, wanted, at_most=10) == 1
    assert flag_queue.count(session, QueueFilter(state=None), at_most=2) == 2
    assert flag_queue.listed(session, wanted, counted=10).total == 1
    assert flag_queue.listed(session, QueueFilter(state=None), counted=2).total == 2


def test_a_decision_that_was_taken_back_is_nobody_s(session: Session) -> None:
    (flag,) = add_flags(session, 1)
    wanted = _by_decision(session, flag)
    last = reviews.last_of(session, wanted.decided_by or 0)
    reviews.undo(session, last, reviewer_id=last.reviewer_id, now=NOW)
    assert numbers(session, wanted) == []


VALUES = st.lists(st.sampled_from((0.5, 0.6, 0.6, 0.9)), min_size=1, max_size=12)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=VALUES, order=st.sampled_from(Order), limit=st.integers(1, 5), decided=st.booleans())
def test_pages_forward_and_back_hold_every_flag_once(
    sqlite_database: Database, values: list[float], order: Order, limit: int, *, decided: bool
) -> None:
    """Also of what somebody decided, which is found by its numbers; each page counts all of them."""
    with sqlite_database.work() as session:
        wanted, lan = flag_queue.EVERY_OPEN, add_user(session)
        for flag, value in zip(add_flags(session, len(values)), values, strict=True):
            flag.worth = flag.reach = flag.probability = value
            flag.dated = NOW + timedelta(hours=value)
            if decided:
                decide(session, flag, "no", lan)
                wanted = QueueFilter(state=None, decided_by=lan.id)
        session.flush()

        def paged(**edge: int) -> QueuePage:
            page = flag_queue.listed(session, wanted, order, limit=limit, counted=20, **edge)
            assert page.total == len(values)
            return page

        whole = numbers(session, wanted, order)
        assert sorted(whole) == sorted(flag.id for flag in session.query(Flag))
        page = paged()
        assert not page.before
        there = [page]
        while page.after:
            page = paged(after=page.flags[-1].id)
            there.append(page)
        assert [flag.id for each in there for flag in each.flags] == whole
        back = [page]
        while page.before and page.flags[0].id != whole[0]:
            page = paged(before=page.flags[0].id)
            back.insert(0, page)
        assert [flag.id for each in back for flag in each.flags] == whole
        behind = paged(after=whole[-1])
        assert (list(behind.flags), behind.before, behind.after) == ([], True, False)
        session.rollback()


def test_a_page_behind_a_flag_that_is_gone_is_the_first(session: Session) -> None:
    found = add_flags(session, 3)
    gone = found[1].id
    session.execute(delete(Post).where(Post.id == found[1].post_id))
    assert [flag.id for flag in flag_queue.listed(session, after=gone).flags] == [found[0].id, found[2].id]


@pytest.mark.parametrize("order", Order)
def test_the_next_flag_is_the_one_behind_in_the_order(session: Session, order: Order) -> None:
    add_flags(session, 4)
    whole = numbers(session, order=order)
    taken = flag_queue.lease_next(session, order=order, owner="lan", now=NOW, until=SOON, after=whole[1])
    assert taken == whole[2]
    other = add_flag(session, session.get_one(Flag, taken).post, "unverified")
    wanted = QueueFilter(label="negative")
    assert flag_queue.lease_next(session, wanted, order, owner="lan", now=NOW, until=SOON) is None
    wanted = QueueFilter(label="unverified")
    assert flag_queue.lease_next(session, wanted, order, owner="lan", now=NOW, until=SOON) == other.id


def test_the_usual_order_reads_its_index_and_stops(sqlite_database: Database) -> None:
    """The other orders sort the open flags, which takes milliseconds for ten thousand of them."""
    with sqlite_database.work() as session:
        found = add_flags(session, 3)
        plan = plan_of(session, lambda: flag_queue.listed(session, order=Order.WORTH, after=found[0].id))
    assert any("ix_flags_state_origin_worth (state=? AND origin=? AND worth<?)" in step for step in plan), plan


def test_earlier_copies_are_looked_up_by_their_cluster(sqlite_database: Database) -> None:
    """Reading all open flags of the label for every row would make a page cost the square of the queue."""
    with sqlite_database.work() as session:
        plan = plan_of(session, lambda: flag_queue.listed(session))
    assert any(
        "ix_flags_label_state_origin_post_id (label=? AND state=? AND origin=? AND post_id=?" in step for step in plan
    ), plan
