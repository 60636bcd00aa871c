"""The day's work: by turns from the labels, in the order of worth, no cluster twice, the same for the whole day."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from monitor.flag_value import worth
from monitor.review.day_plan import RANDOM, WORTH, draw
from storage import day_plans, matching
from storage.database import Database
from storage.day_plans import Candidate
from storage.models import DayItem, DayPlan, Flag
from tests.clock import MONDAY_MORNING as NOW
from tests.clock import FakeClock
from tests.factories import add_flag, add_post, add_source
from tests.monitor.review.browser import Browser, text_of
from tests.monitor.review.conftest import FlagMaker

SHARES = {"concern": 0.35, "unverified": 0.4, "negative": 0.25}


def make(flag_id: int, label: str = "concern", **changes: Any) -> Candidate:
    values: dict[str, Any] = {
        "flag_id": flag_id, "label": label, "probability": 0.8, "same_as": f"hash:{flag_id}", "source_id": 1,
        "copies": 1, "sources": 1, "engagement": {}, "has_evidence": False, "characters": 100, "when": NOW,
    }  # fmt: skip
    return Candidate(**values | changes)


def plan(
    found: list[Candidate], budget: int = 40, at_random: int = 3, seed: int = 7
) -> tuple[list[tuple[int, str]], int]:
    return draw(found, {}, NOW, budget=budget, shares=SHARES, at_random=at_random, seed=seed)


def test_a_day_holds_concerns_and_claims_however_many_insults_wait() -> None:
    found = [make(n, "negative", probability=0.99, copies=9, same_as=f"cluster:{n}") for n in range(2000)]
    found += [make(2000 + n, probability=0.5) for n in range(50)]
    found += [make(3000 + n, "unverified", probability=0.5) for n in range(50)]
    chosen, _ = plan(found)
    labels = {one.flag_id: one.label for one in found}
    assert Counter(labels[flag_id] for flag_id, _ in chosen) == {"concern": 14, "unverified": 16, "negative": 10}


def test_what_one_label_lacks_the_others_get() -> None:
    chosen, _ = plan([make(n) for n in range(60)] + [make(100, "unverified")])
    assert len(chosen) == 40
    assert 100 in dict(chosen)


def test_insults_among_strangers_are_counted_and_a_few_drawn_by_a_stored_seed() -> None:
    found = [make(n, "negative", engagement={"likes": 3}) for n in range(500)] + [make(500 + n) for n in range(50)]
    chosen, strangers = plan(found)
    drawn = [flag_id for flag_id, sampling in chosen if sampling == RANDOM]
    assert (strangers, len(drawn), len(chosen)) == (500, 3, 40)
    assert plan(found) == (chosen, strangers)
    assert plan(found, seed=8)[0] != chosen


def test_an_insult_that_somebody_says_twice_is_not_passed_on() -> None:
    said_twice = [make(n, "negative", copies=2, same_as=f"cluster:{n}") for n in range(50)]
    elsewhere = [make(50 + n, "negative", copies=2, sources=2, same_as=f"cluster:{50 + n}") for n in range(50)]
    chosen, strangers = plan(said_twice + elsewhere)
    assert strangers == 50
    assert Counter((flag_id >= 50, sampling) for flag_id, sampling in chosen) == {(True, WORTH): 37, (False, RANDOM): 3}


@pytest.mark.parametrize(
    ("more", "less"),
    [
        ({"probability": 0.9}, {"probability": 0.6}),
        ({"copies": 9}, {}),
        ({"copies": 9, "sources": 4}, {"copies": 9}),
        ({"engagement": {"likes": 5000}}, {"engagement": {"likes": 5}}),
        ({}, {"when": NOW - timedelta(days=14)}),
        ({"has_evidence": True}, {}),
        ({}, {"characters": 12}),
    ],
)
def test_what_is_surer_wider_newer_or_better_proved_is_worth_more(more: dict[str, Any], less: dict[str, Any]) -> None:
    assert worth(make(1, **more), {}, NOW) > worth(make(2, **less), {}, NOW)


def test_where_the_machine_was_mostly_wrong_its_flags_are_worth_less() -> None:
    measured = {(1, "concern"): (2, 60), (2, "concern"): (50, 60)}
    assert worth(make(1), measured, NOW) < worth(make(2, source_id=2), measured, NOW)


CANDIDATES = st.lists(
    st.builds(
        lambda label, same, copies, likes, age: (label, f"cluster:{same}", copies, likes, age),
        st.sampled_from(("concern", "unverified", "negative", "own")),
        st.integers(0, 12),
        st.integers(1, 5),
        st.one_of(st.integers(), st.floats(), st.text(max_size=3), st.none()),
        st.integers(-3, 900),
    ),
    max_size=60,
)


@given(rows=CANDIDATES, budget=st.integers(1, 50), seed=st.integers(0, 2**31))
def test_no_cluster_comes_twice_and_no_day_is_too_long(
    rows: list[tuple[str, str, int, object, int]], budget: int, seed: int
) -> None:
    found = [
        make(number, label, same_as=same, copies=copies, engagement={"likes": likes}, when=NOW - timedelta(days=age))
        for number, (label, same, copies, likes, age) in enumerate(rows)
    ]
    chosen, strangers = plan(found, budget=budget, seed=seed)
    worthy = [found[flag_id].same_as for flag_id, sampling in chosen if sampling == WORTH]
    assert len(chosen) <= budget
    assert len(worthy) == len(set(worthy))
    assert len({flag_id for flag_id, _ in chosen}) == len(chosen)
    assert strangers <= sum(one.label == "negative" and one.copies <= 3 for one in found)


def test_the_first_page_tells_how_far_the_day_is_and_leads_through_it(
    lan: Browser, make_flagged: FlagMaker, sqlite_database: Database, clock: FakeClock
) -> None:
    first, second = make_flagged("nợ lương", probability=0.9), make_flagged("nóng", probability=0.8)
    copy, claim = make_flagged("nợ lương", probability=0.7), make_flagged("nghe nói", label="unverified")
    with sqlite_database.work() as session:
        posts = {flag.id: flag.post for flag in session.scalars(select(Flag))}
        matching.join_clusters(session, posts[first], posts[copy], clock.now())
        session.commit()
    assert text_of(lan.page("/"), "h1") == "Hôm nay bạn đã xem 0, còn 1 tin chưa kiểm chứng, 2 bức xúc."
    seen = []
    path = lan.next(view="label=today")
    while path != "/":
        number = int(path.split("/")[2].split("?")[0])
        seen.append(number)
        decision = "no_source" if number == claim else "no"
        path = str(lan.decide(number, decision, path=path).headers["location"])
    assert set(seen) == {first, second, claim}
    assert text_of(lan.page("/"), "h1") == "Hôm nay bạn đã xem 3, phần việc hôm nay đã xong."
    with sqlite_database.work() as session:
        assert len(session.scalars(select(DayPlan)).all()) == 1
        assert len(session.scalars(select(DayItem)).all()) == 3


def test_two_reviewers_get_different_work(lan: Browser, hung: Browser, make_flagged: FlagMaker) -> None:
    for number in range(3):
        make_flagged(f"xưởng {number}")
    assert "còn 3 bức xúc" in text_of(lan.page("/"), "h1")
    assert hung.page("/").select_one(".today") is None, "all is in Lan's day"


def test_what_an_import_does_not_date_is_as_old_as_the_rest_of_it(sqlite_database: Database) -> None:
    old, days = NOW - timedelta(days=900), [900, 800, None]
    with sqlite_database.work() as session:
        for kind in ("import", "feed"):
            source = add_source(session, kind, kind=kind)
            for number, day in enumerate(days):
                dated = None if day is None else NOW - timedelta(days=day)
                add_flag(session, add_post(session, source, str(number), text=f"{kind} {number}", published_at=dated))
        session.commit()
        when = [one.when for one in day_plans.candidates(session, NOW.date(), NOW)]
    assert when == [old, NOW - timedelta(days=800), old, old, NOW - timedelta(days=800), NOW]


def test_what_was_drawn_at_random_makes_an_estimate_of_the_insults_that_nobody_reads(
    lan: Browser, make_flagged: FlagMaker, clock: FakeClock
) -> None:
    for number in range(8):
        make_flagged(f"đồ ngu {number}", label="negative")
    assert "8 lời xúc phạm giữa người lạ" in text_of(lan.page("/"), ".today")
    for _day in range(2):  # three are drawn a day
        assert "rút ngẫu nhiên đã xem" not in text_of(lan.page("/"), ".today")
        path = lan.next(view="label=today")
        while path != "/":
            path = str(lan.decide(int(path.split("/")[2].split("?")[0]), "no", path=path).headers["location"])
        clock.advance(24 * 60 * 60)
        lan.sign_in()
    said = "Trong 6 bài rút ngẫu nhiên đã xem, 0 bài là đúng (khoảng 0 đến 39 trong 100)."
    assert said in text_of(lan.page("/"), ".today")
