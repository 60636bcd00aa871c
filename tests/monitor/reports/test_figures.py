"""The figures of a small week, against counts made by hand; see `sample_week.fill` for what it holds."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from monitor.reports.figures import RuleFigures, WeekFigures
from monitor.reports.source_problems import SourceProblem
from storage import registry, reviews, sources, threshold_rules
from storage.database import Database
from storage.models import Flag, Post
from storage.threshold_rules import ThresholdRuleDraft
from tests import factories
from tests.monitor.reports.sample_week import AFTER, MONDAY, THURSDAY, WEEK, gathered


def test_the_totals_stand_beside_those_of_the_week_before(figures: WeekFigures) -> None:
    now, before = figures.totals, figures.previous
    assert (now.posts, now.reference_posts, now.flagged_posts, now.all_flags) == (5, 1, 4, 5)
    assert now.flags == {"unverified": 2, "negative": 2, "concern": 1}
    assert now.flagged_share == 0.8
    assert (before.posts, before.flagged_posts, before.flags["concern"]) == (1, 1, 1)


def test_flags_are_counted_by_label_and_present_state(figures: WeekFigures) -> None:
    unverified, negative, concern = figures.labels
    assert unverified.states == {"open": 2, "confirmed": 0, "rejected": 0, "unsure": 0}
    assert negative.states == {"open": 1, "confirmed": 0, "rejected": 1, "unsure": 0}
    assert concern.states == {"open": 0, "confirmed": 1, "rejected": 0, "unsure": 0}
    assert [row.change for row in figures.labels] == [2, 2, 0]


def test_decisions_count_when_they_were_taken_and_also_on_older_posts(figures: WeekFigures) -> None:
    assert [row.decisions["confirmed"] for row in figures.labels] == [0, 0, 2]
    assert [row.decisions["rejected"] for row in figures.labels] == [0, 1, 0]


def test_the_precision_is_of_the_weeks_reviewed_flags_and_unknown_without_any(figures: WeekFigures) -> None:
    assert [(row.precision, row.reviewed) for row in figures.labels] == [(None, 0), (0.0, 1), (1.0, 1)]


def test_a_flag_that_nobody_is_sure_of_does_not_count_as_reviewed(full_week: Database) -> None:
    with full_week.work() as session:
        flag = session.scalars(select(Flag).where(Flag.label == "unverified")).first()
        assert flag is not None
        reviews.decide(session, flag, reviewer_id=1, decision="unsure", note="", now=THURSDAY)
        session.commit()
    unverified = gathered(full_week).labels[0]
    assert (unverified.states["unsure"], unverified.reviewed, unverified.precision) == (1, 0, None)


def test_sources_are_listed_with_those_that_gave_nothing(figures: WeekFigures) -> None:
    rows = [(row.name, row.role, row.posts, row.flagged_posts, row.flagged_share) for row in figures.sources]
    assert rows == [
        ("forum", "monitored", 4, 3, 0.75),
        ("channel", "monitored", 1, 1, 1.0),
        ("silent", "monitored", 0, 0, None),
        ("newspaper", "reference", 1, 0, 0.0),
    ]
    assert figures.sources[0].flags == {"unverified": 2, "negative": 1, "concern": 1}


def test_a_source_that_came_later_is_no_source_of_the_week(full_week: Database) -> None:
    with full_week.work() as session:
        factories.add_source(session, "later", now=WEEK.period.end)
        session.commit()
    assert "later" not in [row.name for row in gathered(full_week).sources]


def test_days_are_local(figures: WeekFigures) -> None:
    assert [day.posts for day in figures.days] == [1, 0, 0, 2, 0, 0, 2]
    assert [day.flags["unverified"] for day in figures.days] == [0, 0, 0, 2, 0, 0, 0]
    assert sum(day.posts for day in figures.days) == figures.totals.posts


def test_equal_problems_are_one_line_and_addresses_are_hidden(figures: WeekFigures) -> None:
    assert figures.source_problems == (
        SourceProblem(
            source="channel",
            problem="failed",
            message="[liên kết] answered 503: try again later",
            times=2,
            last_at=THURSDAY + timedelta(hours=1),
        ),
        SourceProblem(
            source="closed", problem="disabled", message="robots.txt forbids [liên kết]", times=0, last_at=None
        ),
    )


def test_a_reading_can_fail_and_leave_a_gap(full_week: Database) -> None:
    with full_week.work() as session:
        source = sources.by_name(session, "forum")
        run = sources.start_run(session, source.id, MONDAY)
        outcome = {"outcome": "failed", "counts": {}, "skipped": {}, "gap": "two days", "error": "broke off"}
        sources.close_run(session, run.id, now=MONDAY, **outcome)
        session.commit()
    told = [(row.problem, row.message) for row in gathered(full_week).source_problems if row.source == "forum"]
    assert told == [("failed", "broke off"), ("gap", "two days")]


def test_the_method_names_models_and_time(figures: WeekFigures) -> None:
    method = figures.method
    assert method.models == {"default-1": {"unverified": 0.5, "negative": 0.5, "concern": 0.5}}
    assert (method.generated_at, method.complete, method.schema_version) == (AFTER, True, 2)
    assert method.unscored == 6  # no score is stored here, and the article of the newspaper is never scored


def test_a_week_that_still_runs_is_not_complete(full_week: Database) -> None:
    assert not gathered(full_week, now=WEEK.period.end - timedelta(microseconds=1)).method.complete
    assert gathered(full_week, now=WEEK.period.end).method.complete


def test_a_label_of_somebodys_own_model_is_counted_after_the_others(full_week: Database) -> None:
    with full_week.work() as session:
        post = session.scalars(select(Flag)).first()
        assert post is not None
        factories.add_flag(session, post.post, "spam", 0.9)
        session.commit()
    figures = gathered(full_week)
    assert figures.label_names == ("unverified", "negative", "concern", "spam")
    assert figures.totals.flags["spam"] == 1
    assert sum(day.flags["spam"] for day in figures.days) == 1


def test_the_dictionary_is_json_and_holds_figures_only(figures: WeekFigures) -> None:
    stored = json.loads(json.dumps(figures.as_dict()))
    assert sorted(stored) == [
        "complete", "days", "generated_at", "labels", "models", "previous", "quoted", "schema_version",
        "source_problems", "sources", "threshold_rules", "totals", "unscored", "week",
    ]  # fmt: skip
    assert stored["days"][3] == {
        "date": "2026-11-19",
        "posts": 2,
        "flags": {"unverified": 2, "negative": 0, "concern": 0},
    }
    assert stored["quoted"]["unverified"] == {"flags": [3], "available": 2}
    assert datetime.fromisoformat(stored["generated_at"]) == AFTER.astimezone(UTC)


def test_an_empty_week_is_all_zero(nothing: WeekFigures) -> None:
    assert (nothing.totals.posts, nothing.totals.all_flags, nothing.totals.flagged_share) == (0, 0, None)
    assert [row.precision for row in nothing.labels] == [None, None, None]
    assert (nothing.sources, nothing.source_problems, nothing.method.models) == ((), (), {})
    assert [group.quotes for group in nothing.quotes] == [(), (), ()]


def test_posts_that_the_model_is_unsure_about_are_counted_unless_they_are_flagged(full_week: Database) -> None:
    with full_week.work() as session:
        model = registry.active_model(session)
        assert model is not None
        for name in ("plain", "wages", "before"):  # no flag, a flag, the week before
            post = session.scalars(select(Post).where(Post.external_id == name)).one()
            draft = factories.make_score(post, {"negative": 0.4, "concern": 0.3})
            registry.record_scores(session, model.id, [replace(draft, unsure=("negative", "concern"))])
        session.commit()
    found = gathered(full_week)
    assert (found.totals.unsure_posts, found.previous.unsure_posts) == (1, 0)
    assert found.as_dict()["totals"]["unsure_posts"] == 1


def test_thresholds_that_people_set_are_told(full_week: Database) -> None:
    draft = ThresholdRuleDraft(
        label="negative", source_kind="feed", aim="precision", value=0.9, model_version="default-1"
    )
    with full_week.work() as session:
        threshold_rules.put(session, draft, AFTER)
        session.commit()
    assert gathered(full_week).method.threshold_rules == (RuleFigures("negative", "feed", "precision", 0.9),)
