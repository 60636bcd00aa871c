"""The day's work: by turns from the labels, in the order of worth, no cluster twice, the same for the whole day."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.desk.web.day_plan import RANDOM, WORTH, choose, draw
from monitor.scoring.flag_places import place_open_flags
from monitor.scoring.flag_value import among_strangers, lasting_worth
from monitor.settings.settings import Settings
from storage.database import Database
from storage.models import DayItem, DayPlan, Flag, Post
from storage.review import day_plans
from storage.review.day_plans import Candidate
from storage.scoring import matching
from tests.clock import MONDAY_MORNING as NOW
from tests.clock import FakeClock
from tests.factories import add_flag, add_post, add_source
from tests.monitor.desk.browser import Browser, text_of
from tests.monitor.desk.conftest import FlagMaker

SHARES = {"concern": 0.35, "unverified": 0.4, "negative": 0.25}


def make(flag_id: int, label: str = "concern", **changes: Any) -> Candidate:
    values: dict[str, Any] = {
        "flag_id": flag_id, "label": label, "probability": 0.8, "same_as": f"hash:{flag_id}", "source_id": 1,
        "copies": 1, "sources": 1, "engagement": {}, "has_evidence": False, "characters": 100, "when": NOW,
    }  # fmt: skip
    return Candidate(**values | changes)


def plan(
    found: Sequence[Candidate],
    budget: int = 40,
    at_random: int = 3,
    seed: int = 7,
    worth: Callable[[Candidate], float] = lambda one: lasting_worth(one, {}),
) -> tuple[list[tuple[int, str]], int]:
    """Draw from all open flags, each of which was read."""
    strangers = sorted((one for one in found if among_strangers(one)), key=lambda one: one.flag_id)
    passed = {one.flag_id for one in strangers}
    ordered = sorted(found, key=lambda one: (-worth(one), one.flag_id))
    queues = {label: [one for one in ordered if one.label == label and one.flag_id not in passed] for label in SHARES}
    drawn = Random(seed).sample(strangers, min(at_random, len(strangers), budget))  # noqa: S311  no secret
    return draw(queues, drawn, budget=budget, shares=SHARES), len(strangers)


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
    assert lasting_worth(make(1, **more), {}) > lasting_worth(make(2, **less), {})


def test_where_the_machine_was_mostly_wrong_its_flags_are_worth_less() -> None:
    measured = {(1, "concern"): (2, 60), (2, "concern"): (50, 60)}
    assert lasting_worth(make(1), measured) < lasting_worth(make(2, source_id=2), measured)


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


@pytest.mark.parametrize("seed", range(4))
def test_the_day_is_the_one_that_is_drawn_from_all_open_flags(database: Database, seed: int) -> None:
    random = Random(seed)  # noqa: S311  no secret
    with database.work() as session:
        sources = [
            add_source(session, name, kind=kind) for name, kind in (("a", "feed"), ("b", "feed"), ("c", "import"))
        ]
        posts: list[Post] = []
        for number in range(90):
            dated = random.choice((NOW - timedelta(days=random.randrange(90)), None))
            likes = {"likes": random.choice((0, 0, 1, 3, 4, 12, 60, 5000))}
            post = add_post(session, random.choice(sources), f"{number}", published_at=dated, engagement=likes)
            if posts and random.random() < 0.4:
                matching.join_clusters(session, post, random.choice(posts), NOW)
            posts.append(post)
            flag = add_flag(session, post, random.choice(("negative", "negative", "concern", "unverified")))
            flag.state = random.choice(("open", "open", "open", "confirmed"))
            if random.random() < 0.1:
                flag.lease_owner, flag.lease_until = "user:9", NOW + timedelta(hours=random.choice((-1, 1)))
            if random.random() < 0.1:
                post.deleted_at = NOW
        session.commit()
    place_open_flags(database)
    settings = Settings(daily_budget=random.choice((5, 20, 100)), daily_shares=SHARES)
    with database.work() as session:
        day = NOW.date()
        stored = {flag.id: flag for flag in session.scalars(select(Flag))}
        free = [
            one
            for one in day_plans.open_flags(session, {}, after=0, limit=500)
            if not ((until := stored[one.flag_id].lease_until) and until >= NOW)
            and stored[one.flag_id].post.deleted_at is None
        ]
        expected = plan(
            free, settings.daily_budget, settings.daily_random, seed, worth=lambda one: stored[one.flag_id].worth
        )
        assert choose(session, settings, day, NOW, seed) == expected
        assert {sampling for _, sampling in expected[0]} == {RANDOM, WORTH}


def test_no_more_flags_are_read_than_a_day_needs(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with sqlite_database.work() as session:
        source = add_source(session)
        for number in range(150):
            post = add_post(session, source, f"{number}", text=f"nóng {number}")
            add_flag(session, post, ("negative", "concern")[number % 2])
        session.commit()
    read: list[int] = []
    with_posts = day_plans.with_posts

    def counted(session: Session, flag_ids: Collection[int]) -> list[Candidate]:
        read.extend(flag_ids)
        return with_posts(session, flag_ids)

    monkeypatch.setattr(day_plans, "with_posts", counted)
    with sqlite_database.work() as session:
        chosen, strangers = choose(session, Settings(daily_budget=20), NOW.date(), NOW, 7)
    assert (len(chosen), strangers) == (20, 75)
    assert len(read) == 50 + 3, "one page of concerns, and the insults that were drawn"


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
