"""What a decision on a flag is worth, and which insults nobody needs to see."""

from datetime import timedelta
from typing import Any

import pytest

from monitor.scoring import flag_value
from monitor.scoring.flag_value import WORTH_A_DAY, factors_of, place_open_flags, worth_of
from storage.database import Database
from storage.models import Flag, Post
from storage.review import flag_queue
from storage.review.flag_queue import Order
from storage.review.places import Candidate
from storage.scoring import focus, matching
from storage.scoring.focus import FocusDraft
from tests.clock import MONDAY_MORNING as NOW
from tests.factories import add_flag, add_post, add_source, decide

WEEK = timedelta(days=7)


def make(flag_id: int, label: str = "concern", **changes: Any) -> Candidate:
    values: dict[str, Any] = {
        "flag_id": flag_id, "label": label, "probability": 0.8, "source_id": 1, "copies": 1, "sources": 1,
        "engagement": {}, "has_evidence": False, "characters": 100, "when": NOW,
    }  # fmt: skip
    return Candidate(**values | changes)


@pytest.mark.parametrize(
    ("more", "less"),
    [
        ({"probability": 0.9}, {"probability": 0.6}),
        ({"copies": 9}, {}),
        ({"copies": 9, "sources": 4}, {"copies": 9}),
        ({"engagement": {"likes": 5000}}, {"engagement": {"likes": 5}}),
        ({}, {"when": NOW - timedelta(days=14)}),
        ({"copies": 9, "recent": 8}, {"copies": 9}),
        ({"label": "unverified"}, {"label": "unverified", "has_evidence": True}),
        ({}, {"characters": 12}),
        ({"relevance": 2.0}, {"relevance": 0.2}),
        ({"relevance": 2.0, "when": NOW - timedelta(days=900)}, {"relevance": 0.2}),
        ({}, {"label": "unverified"}),
        ({"label": "unverified", "relevance": 2.0}, {"relevance": 0.2}),
    ],
)
def test_what_is_surer_wider_newer_unanswered_or_matters_here_is_worth_more(
    more: dict[str, Any], less: dict[str, Any]
) -> None:
    assert worth_of(make(1, **more), {}, NOW) > worth_of(make(2, **less), {}, NOW)


def test_the_factors_of_a_post_about_which_nothing_is_known_change_nothing() -> None:
    factors = factors_of(make(1), {}, NOW)
    assert (factors.relevance, factors.spread, factors.evidence, factors.freshness) == (1, 1, 1, 1)
    assert factors.chance == pytest.approx(0.8)


def test_where_the_machine_was_mostly_wrong_its_flags_are_worth_less() -> None:
    measured = {(1, "concern"): (2, 60), (2, "concern"): (50, 60)}
    assert worth_of(make(1), measured, NOW) < worth_of(make(2, source_id=2), measured, NOW)


@pytest.mark.parametrize(
    ("label", "values", "seen"),
    [
        ("negative", {"engagement": {"likes": 1_000}}, False),
        ("negative", {"copies": 2, "relevance": 0.2}, False),
        ("negative", {"engagement": {"likes": 1_001}}, True),
        ("negative", {"relevance": 2.5}, True),
        ("negative", {"copies": 4}, True),
        ("negative", {"copies": 2, "sources": 2}, True),
        ("concern", {}, True),
        ("unverified", {"priority": -1, "when": NOW - timedelta(days=900)}, True),
    ],
)
def test_insults_that_nobody_passes_on_and_that_name_nothing_here_come_behind_everything(
    label: str, values: dict[str, Any], *, seen: bool
) -> None:
    assert (worth_of(make(1, label, **values), {}, NOW) > WORTH_A_DAY) is seen


def order_of(database: Database, order: Order = Order.WORTH) -> list[int]:
    with database.work() as session:
        return [flag.id for flag in flag_queue.listed(session, order=order).flags]


def test_copies_move_a_flag_forward(database: Database) -> None:
    with database.changes() as session:
        forum, board = add_source(session), add_source(session, "bảng tin")
        likely = add_flag(session, add_post(session, forum, "1"), probability=0.9).id
        copied = add_flag(session, add_post(session, forum, "2"), probability=0.7).id
        matching.join_cluster(session, session.get_one(Post, 2), add_post(session, board, "3"), NOW)
    assert order_of(database) == [likely, copied]
    assert place_open_flags(database, NOW) == 2, "one has copies, and both were looked at for relevance"
    assert order_of(database) == order_of(database, Order.REACH) == [copied, likely]
    assert place_open_flags(database, NOW) == 0, "nothing has changed since"


def test_a_source_that_is_often_wrong_goes_back(database: Database) -> None:
    with database.changes() as session:
        wrong, other = add_source(session), add_source(session, "bảng tin")
        for number in range(10):
            decide(session, add_flag(session, add_post(session, wrong, f"{number}")), "no")
        last = add_flag(session, add_post(session, wrong, "x"), probability=0.9).id
        first = add_flag(session, add_post(session, other, "y"), probability=0.8).id
    place_open_flags(database, NOW)
    assert order_of(database) == [first, last]


def test_decided_flags_stay_as_they_were(database: Database) -> None:
    with database.changes() as session:
        flag = add_flag(session, add_post(session, add_source(session)))
        decide(session, flag, "no")
        flag.worth = -1.0
    assert place_open_flags(database, NOW) == 0


def test_flags_of_all_pages_are_placed(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flag_value, "AT_ONCE", 2)
    with sqlite_database.changes() as session:
        source = add_source(session)
        for number in range(5):
            add_flag(session, add_post(session, source, f"{number}")).worth = -1.0
    assert place_open_flags(sqlite_database, NOW) == 5
    assert place_open_flags(sqlite_database, NOW) == 0


def test_a_flag_that_somebody_is_deciding_does_not_hold_it_up(postgres_database: Database) -> None:
    with postgres_database.changes() as session:
        for number in range(2):
            add_flag(session, add_post(session, add_source(session, f"n{number}"))).worth = -1.0
    with postgres_database.work() as deciding:
        deciding.get_one(Flag, 1).lease_owner = "user:1"
        deciding.flush()
        place_open_flags(postgres_database, NOW)
        deciding.rollback()
    with postgres_database.work() as session:
        assert session.get_one(Flag, 1).worth == -1.0
        assert session.get_one(Flag, 2).worth > 0


def test_flags_grow_older_and_are_placed_anew(database: Database) -> None:
    with database.changes() as session:
        source = add_source(session)
        older = add_flag(session, add_post(session, source, "1", published_at=NOW), probability=0.9).id
        newer = add_flag(session, add_post(session, source, "2", published_at=NOW + WEEK), probability=0.7).id
    assert place_open_flags(database, NOW) == 2
    assert order_of(database) == [older, newer]
    assert place_open_flags(database, NOW + timedelta(minutes=10)) == 0, "that little changes no order"
    assert place_open_flags(database, NOW + WEEK) == 1
    assert order_of(database) == [newer, older]


def test_what_the_office_named_orders_the_open_flags(database: Database) -> None:
    with database.changes() as session:
        source = add_source(session)
        texts = ("Chợ đêm hôm qua đông quá trời đông", "Bãi rác Nậm Pha cháy khét lẹt cả đêm")
        elsewhere, here = (add_flag(session, add_post(session, source, text, text=text)).id for text in texts)
    place_open_flags(database, NOW)
    assert order_of(database) == [elsewhere, here]
    with database.changes() as session:
        focus.put(session, FocusDraft(province="Nậm Pha", words=("bãi rác",)), NOW)
    assert place_open_flags(database, NOW) == 2
    assert order_of(database) == [here, elsewhere]
