"""Thresholds are shown beside what they come to, and every change of them is noted; a dry run changes nothing."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from monitor.errors import NotReady, UsageError
from monitor.scoring.decision_thresholds import BUDGET, MODEL, PRECISION, PROBABILITY
from monitor.scoring.threshold_changes import AuditNote, ThresholdEditor
from monitor.scoring.threshold_report import ThresholdReport, ThresholdRow
from storage.database import Database
from storage.errors import NotFound
from storage.models import AuditEvent, Flag, ThresholdRule
from storage.review import flag_queue, reviews
from storage.scoring import registry
from storage.scoring.threshold_rules import EVERY
from tests import factories
from tests.clock import FakeClock

NOTE = AuditNote("root", "only two people review")
CURVE = [[0.1, 0.3, 1.0], [0.3, 0.5, 0.9], [0.5, 0.8, 0.6], [0.8, 0.9, 0.3]]
FEED = (0.95, 0.7, 0.55, 0.4, 0.2)
MASTODON = (0.9, 0.6, 0.45, 0.1)


@pytest.fixture
def editor(sqlite_database: Database, clock: FakeClock) -> ThresholdEditor:
    """Stand two days after a feed and a Mastodon timeline gave nine posts, scored for one label; six are flagged."""
    with sqlite_database.work() as session:
        draft = factories.make_model(thresholds={"negative": 0.5}, metrics={"negative": {"curve": CURVE}})
        model = registry.activate(session, draft, clock.now())
        user = factories.add_user(session)
        for kind, probabilities in (("feed", FEED), ("mastodon", MASTODON)):
            source = factories.add_source(session, kind, kind=kind)
            for number, probability in enumerate(probabilities):
                post = factories.add_post(session, source, f"{kind}-{number}", text=f"{kind} {number}")
                registry.record_scores(session, model.id, [factories.make_score(post, {"negative": probability})])
                if probability >= 0.5:
                    factories.add_flag(session, post, "negative", probability)
        first, second, *_ = flag_queue.listed(session).flags
        for flag, decision in ((first, "yes"), (second, "no")):
            reviews.decide(session, flag, reviewer_id=user.id, decision=decision, note="", now=clock.now())
        session.commit()
    clock.advance(timedelta(days=2))
    return ThresholdEditor(sqlite_database, clock)


def row(report: ThresholdReport, kind: str) -> ThresholdRow:
    return next(found for found in report.rows if found.source_kind == kind)


def test_what_a_stricter_threshold_leaves_between_is_unsure(editor: ThresholdEditor) -> None:
    after = editor.set_rule("negative", EVERY, PROBABILITY, 0.9, NOTE).after
    between = sum(0.5 <= probability < 0.9 for probability in (*FEED, *MASTODON))
    assert between > 0
    assert row(after, EVERY).unsure_per_day == between / 2


def test_each_kind_is_shown_with_what_its_threshold_comes_to(editor: ThresholdEditor) -> None:
    report = editor.report()
    assert [(found.label, found.source_kind) for found in report.rows] == [
        ("negative", EVERY),
        ("negative", "feed"),
        ("negative", "mastodon"),
    ]
    assert (report.days, report.scored, report.flags_per_day) == (2.0, 9, 2.5)
    every, feed, mastodon = report.rows
    assert (every.limit.threshold, every.limit.aim) == (0.5, MODEL)
    assert every.expected is not None
    assert (every.expected.precision, every.expected.recall) == (0.8, 0.6)
    assert (every.flags_per_day, feed.flags_per_day, mastodon.flags_per_day) == (2.5, 1.5, 1.0)
    assert every.unsure_per_day == 0.0, "below even chances nothing is unsure"
    assert [(found.reviewed.hits, found.reviewed.total) for found in (every, feed, mastodon)] == [
        (1, 2),
        (1, 1),
        (0, 1),
    ]


def test_only_as_many_days_as_asked_for_are_looked_at(
    editor: ThresholdEditor, sqlite_database: Database, clock: FakeClock
) -> None:
    clock.advance(timedelta(days=10))
    report = ThresholdEditor(sqlite_database, clock, days=5).report()
    assert (report.scored, report.flags_per_day) == (0, 0.0)
    assert row(report, EVERY).reviewed.total == 2, "decisions do not grow old"


def test_a_rule_for_one_kind_leaves_the_other_as_it_is(editor: ThresholdEditor) -> None:
    changed = editor.set_rule("negative", "mastodon", PRECISION, 0.9, NOTE)
    assert row(changed.after, "mastodon").limit.threshold == 0.8
    assert row(changed.after, "feed").limit.threshold == 0.5
    assert (changed.before.flags_per_day, changed.after.flags_per_day) == (2.5, 2.0)
    assert editor.report() == changed.after


def test_a_rule_without_a_label_is_for_each_label(editor: ThresholdEditor, sqlite_database: Database) -> None:
    editor.set_rule(None, EVERY, PROBABILITY, 0.6, NOTE)
    with sqlite_database.work() as session:
        (stored,) = session.scalars(select(ThresholdRule))
        assert (stored.label, stored.source_kind, stored.value) == ("negative", EVERY, 0.6)


@pytest.mark.parametrize(("flags_per_day", "left"), [(0.5, 0.5), (1.5, 1.5), (3.5, 3.5), (1000, 3.5)])
def test_a_budget_raises_and_lowers_thresholds_down_to_its_floor(
    flags_per_day: float, left: float, editor: ThresholdEditor
) -> None:
    changed = editor.set_budget(flags_per_day, 0.5, NOTE)
    assert changed.after.flags_per_day == left
    assert row(changed.after, "feed").limit.aim == BUDGET
    assert row(changed.after, "feed").limit.threshold >= 0.3
    assert editor.set_budget(flags_per_day, 0.5, NOTE).after == changed.after, "once more changes nothing"


def test_a_budget_keeps_apart_what_was_set_for_kinds(editor: ThresholdEditor) -> None:
    editor.set_rule("negative", "mastodon", PROBABILITY, 0.8, NOTE)
    after = editor.set_budget(1.5, 0.5, NOTE).after
    assert row(after, "mastodon").limit.threshold > row(after, "feed").limit.threshold > 0.5


def test_open_flags_stay_open_and_decided_ones_decided(editor: ThresholdEditor, sqlite_database: Database) -> None:
    def states() -> list[tuple[float, str]]:
        with sqlite_database.work() as session:
            return [(flag.probability, flag.state) for flag in session.scalars(select(Flag).order_by(Flag.id))]

    before = states()
    assert editor.set_rule(None, EVERY, PROBABILITY, 0.65, NOTE).open_below == 2  # those with 0.55 and 0.6
    assert editor.set_rule(None, EVERY, PROBABILITY, 0.99, NOTE).open_below == 3  # what was decided is not counted
    assert states() == before


def test_a_dry_run_tells_the_same_and_changes_nothing(editor: ThresholdEditor, sqlite_database: Database) -> None:
    before = editor.report()
    dry_run = editor.set_budget(1, 0.5, NOTE, dry_run=True)
    assert editor.report() == before == dry_run.before
    with sqlite_database.work() as session:
        assert session.scalars(select(AuditEvent)).all() == []
    assert editor.set_budget(1, 0.5, NOTE).after == dry_run.after


def test_who_changed_what_and_why_is_noted(
    editor: ThresholdEditor, sqlite_database: Database, clock: FakeClock
) -> None:
    editor.set_rule("negative", "feed", PROBABILITY, 0.7, AuditNote("root", "too many", "lan"))
    editor.reset(None, None, AuditNote("root"))
    with sqlite_database.work() as session:
        changed, reset = session.scalars(select(AuditEvent).order_by(AuditEvent.id))
    assert (changed.action, changed.subject, changed.at, changed.user_id) == (
        "thresholds.set",
        "default-1",
        clock.now(),
        1,
    )
    assert changed.detail == {
        "label": "negative",
        "kind": "feed",
        "aim": "probability",
        "value": 0.7,
        "account": "root",
        "why": "too many",
        "thresholds": {"negative": {EVERY: 0.5, "feed": 0.7, "mastodon": 0.5}},
    }
    assert (reset.action, reset.user_id) == ("thresholds.reset", None)


def test_the_way_back_is_the_models_own(editor: ThresholdEditor) -> None:
    before = editor.report()
    editor.set_rule("negative", "feed", PROBABILITY, 0.7, NOTE)
    editor.set_budget(1, 0.5, NOTE)
    assert row(editor.reset("negative", "feed", NOTE).after, "feed").limit.aim == BUDGET, "the budget still holds"
    assert editor.reset(None, None, NOTE).after == before


def test_another_model_asks_for_another_budget(
    editor: ThresholdEditor, sqlite_database: Database, clock: FakeClock
) -> None:
    editor.set_budget(1, 0.5, NOTE)
    assert editor.report().advice == ()
    with sqlite_database.work() as session:
        draft = factories.make_model("learnt-2", thresholds={"negative": 0.5}, metrics={})
        registry.activate(session, draft, clock.now())
        session.commit()
    (advice,) = editor.report().advice
    assert "worked out for default-1" in advice
    assert "`kiemtin thresholds set --budget 1`" in advice


def test_a_precision_that_a_later_model_does_not_reach_is_told(
    editor: ThresholdEditor, sqlite_database: Database, clock: FakeClock
) -> None:
    editor.set_rule("negative", EVERY, PRECISION, 0.9, NOTE)
    with sqlite_database.work() as session:
        draft = factories.make_model(
            "learnt-2", thresholds={"negative": 0.5}, metrics={"negative": {"curve": CURVE[:3]}}
        )
        registry.activate(session, draft, clock.now())
        session.commit()
    assert editor.report().advice == ("negative: learnt-2 reaches no precision of 0.9; its highest threshold is used",)


def test_wrong_rules_are_one_line(editor: ThresholdEditor) -> None:
    with pytest.raises(UsageError, match=r"--label spam: the model in use knows negative$"):
        editor.set_rule("spam", EVERY, PROBABILITY, 0.5, NOTE)
    with pytest.raises(
        UsageError, match=r"for negative the model reaches 0\.90 at most: set less, or a --probability$"
    ):
        editor.set_rule("negative", EVERY, PRECISION, 0.95, NOTE)
    with pytest.raises(NotFound, match="no user named 'nobody'"):
        editor.set_budget(5, 0.5, AuditNote("root", by="nobody"))


def test_before_anything_is_scored_the_command_that_scores_is_named(
    sqlite_database: Database, clock: FakeClock
) -> None:
    with pytest.raises(NotReady, match=r"run `kiemtin score` first$"):
        ThresholdEditor(sqlite_database, clock).report()
    with sqlite_database.work() as session:
        factories.add_model(session)
        session.commit()
    with pytest.raises(NotReady, match="name more --days"):
        ThresholdEditor(sqlite_database, clock).set_budget(5, 0.5, NOTE)
