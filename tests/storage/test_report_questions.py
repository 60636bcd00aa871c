"""The figures of a weekly summary, against counts made by hand on a small world."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from storage import reports, reviews, sources
from storage.database import Database
from storage.models import Post
from storage.reports import Period
from tests import factories
from tests.clock import MONDAY_MORNING

MONDAY = MONDAY_MORNING
WEEK = Period(MONDAY, MONDAY + timedelta(days=7))
BEFORE, LAST_MOMENT = MONDAY - timedelta(microseconds=1), WEEK.end - timedelta(microseconds=1)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """Give a unit of work that sees this world.

    Forum (monitored): a (concern 0.9 confirmed, negative 0.6 open), b (concern 0.8 rejected), c (concern 0.95 open),
    d without a flag; one post of the week before and one of the week after, both with a concern.
    Newspaper (reference): one article of the week.
    """
    with database.work() as session:
        forum, newspaper = factories.add_source(session), factories.add_source(session, "newspaper", role="reference")
        reviewer = factories.add_user(session)
        posts: dict[str, Post] = {}
        moments = {"before": BEFORE, "a": MONDAY, "b": MONDAY, "c": LAST_MOMENT, "d": MONDAY, "after": WEEK.end}
        for name, collected_at in moments.items():
            posts[name] = factories.add_post(session, forum, name, text=name, collected_at=collected_at)
        factories.add_post(session, newspaper, "article", collected_at=MONDAY)
        flagged = {"a": 0.9, "b": 0.8, "c": 0.95, "before": 0.99, "after": 0.99}
        made = {name: factories.add_flag(session, posts[name], probability=p) for name, p in flagged.items()}
        factories.add_flag(session, posts["a"], "negative", 0.6)
        for name, decision, when in (
            ("a", "unsure", BEFORE),
            ("a", "yes", MONDAY),
            ("b", "no", LAST_MOMENT),
            ("after", "no", WEEK.end),
        ):
            reviews.decide(session, made[name], reviewer_id=reviewer.id, decision=decision, note="", now=when)
        session.commit()
    with database.work() as session:
        yield session


def test_posts_are_counted_by_source_and_role(session: Session) -> None:
    assert reports.posts_by_source(session, WEEK) == {"forum": 4, "newspaper": 1}
    assert reports.posts_in(session, WEEK) == 4
    assert reports.posts_in(session, WEEK, role="reference") == 1
    assert reports.roles(session) == {"forum": "monitored", "newspaper": "reference"}


def test_flags_are_counted_by_label_source_and_state(session: Session) -> None:
    assert reports.flags_by_label(session, WEEK) == {"concern": 3, "negative": 1}
    assert reports.flags_by_source_and_label(session, WEEK) == {("forum", "concern"): 3, ("forum", "negative"): 1}
    assert reports.flags_by_label_and_state(session, WEEK) == {
        ("concern", "confirmed"): 1,
        ("concern", "rejected"): 1,
        ("concern", "open"): 1,
        ("negative", "open"): 1,
    }


def test_a_post_with_two_flags_is_one_flagged_post(session: Session) -> None:
    assert reports.flagged_posts(session, WEEK) == 3


def test_flagged_posts_are_counted_by_source(session: Session) -> None:
    assert reports.flagged_posts_by_source(session, WEEK) == {"forum": 3}


def test_the_models_behind_the_flags_are_named(session: Session) -> None:
    assert [model.version for model in reports.models_of_flags(session, WEEK)] == ["default-1"]
    factories.add_model(session, "default-2")  # active by now, but it flagged nothing in this week
    assert [model.version for model in reports.models_of_flags(session, WEEK)] == ["default-1"]
    assert reports.models_of_flags(session, Period(WEEK.end + timedelta(days=7), WEEK.end + timedelta(days=14))) == []


def test_decisions_are_counted_when_they_were_taken(session: Session) -> None:
    assert reports.decisions(session, WEEK) == {("concern", "yes"): 1, ("concern", "no"): 1}
    week_before = Period(MONDAY - timedelta(days=7), MONDAY)
    assert reports.decisions(session, week_before) == {("concern", "unsure"): 1}


def test_the_top_is_confirmed_first_then_by_probability_and_never_rejected(session: Session) -> None:
    top = reports.top_flags(session, WEEK, "concern", limit=10)
    assert [flag.post.external_id for flag in top] == ["a", "c"]
    assert len(reports.top_flags(session, WEEK, "concern", limit=1)) == 1
    assert reports.top_flags(session, WEEK, "concern", limit=0) == []


def test_an_empty_week_is_all_zero(session: Session) -> None:
    year_ago = Period(MONDAY - timedelta(days=365), MONDAY - timedelta(days=358))
    assert reports.posts_in(session, year_ago) == reports.flagged_posts(session, year_ago) == 0
    assert reports.posts_by_source(session, year_ago) == {}
    assert reports.decisions(session, year_ago) == {}


def test_adjoining_weeks_count_every_post_once(session: Session) -> None:
    weeks = [Period(MONDAY + timedelta(days=7 * n), MONDAY + timedelta(days=7 * (n + 1))) for n in (-1, 0, 1)]
    assert [reports.posts_in(session, week) for week in weeks] == [1, 4, 1]


def test_readings_that_failed_or_left_a_gap_are_told(database: Database) -> None:
    with database.work() as session:
        source = factories.add_source(session)
        for outcome, gap, started in (
            ("ok", None, MONDAY),
            ("failed", None, MONDAY),
            ("ok", "older posts were gone", MONDAY),
            ("failed", None, WEEK.end),
        ):
            run = sources.start_run(session, source.id, started)
            sources.close_run(session, run.id, now=started, outcome=outcome, counts={"seen": 2}, skipped={}, gap=gap)
        session.expire_all()
        told = [(name, run.outcome, run.gap) for name, run in reports.problem_runs(session, WEEK)]
        assert told == [("forum", "failed", None), ("forum", "ok", "older posts were gone")]


def test_an_issued_summary_keeps_its_figures(database: Database) -> None:
    figures = {"posts": 4, "by_label": {"concern": 3}}
    with database.work() as session:
        report = reports.record_report(
            session, week="2026-W47", schema_version=1, figures=figures, files=["2026-W47.docx"], now=MONDAY
        )
        session.commit()
        session.refresh(report)
        assert (report.week, report.figures, report.files) == ("2026-W47", figures, ["2026-W47.docx"])
