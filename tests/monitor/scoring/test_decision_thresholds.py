"""The narrower wish counts; a budget moves what was set before it, alike in log-odds, and never below its floor."""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.evaluation.pr_curve import EVEN, Curve
from monitor.scoring.decision_thresholds import (
    BUDGET,
    MODEL,
    PRECISION,
    PROBABILITY,
    DecisionThreshold,
    DecisionThresholds,
    budget_shift,
)
from storage.models import ThresholdRule
from storage.scoring.threshold_rules import EVERY
from tests.clock import MONDAY_MORNING

OWN_THRESHOLDS = {"unverified": 0.5, "negative": 0.6}
CURVE = Curve.from_rows([(0.1, 0.3, 1.0), (0.3, 0.5, 0.9), (0.5, 0.8, 0.6), (0.8, 0.9, 0.3), (0.9, 0.95, 0.1)])
CURVES = {"unverified": CURVE, "negative": CURVE}


def rule(label: str, kind: str, aim: str, value: float, *, minutes: int = 0, **changes: Any) -> ThresholdRule:
    return ThresholdRule(
        label=label,
        source_kind=kind,
        aim=aim,
        value=value,
        model_version="default-1",
        set_at=MONDAY_MORNING + timedelta(minutes=minutes),
        **changes,
    )


def budget(shift: float, *, minutes: int = 0, floor: float = 0.5) -> ThresholdRule:
    return rule(EVERY, EVERY, BUDGET, 40, minutes=minutes, floor=floor, shift=shift)


def known(*rules: ThresholdRule) -> DecisionThresholds:
    return DecisionThresholds(OWN_THRESHOLDS, CURVES, rules)


def test_without_a_wish_the_models_own_threshold_holds() -> None:
    assert known().limit("negative", "mastodon") == DecisionThreshold(0.6, EVEN, MODEL, None)


def test_a_wish_for_a_precision_takes_the_least_threshold_that_reaches_it() -> None:
    limits = known(rule("negative", EVERY, PRECISION, 0.9))
    assert limits.limit("negative", "feed") == DecisionThreshold(0.8, EVEN, PRECISION, 0.9)
    assert limits.limit("unverified", "feed").aim == MODEL


def test_a_later_model_that_does_not_reach_the_precision_flags_from_its_highest_threshold() -> None:
    assert known(rule("negative", EVERY, PRECISION, 0.99)).limit("negative", "feed").threshold == 0.9


def test_the_kind_counts_before_the_label_alone() -> None:
    limits = known(rule("negative", EVERY, PROBABILITY, 0.7), rule("negative", "mastodon", PROBABILITY, 0.2))
    assert [limits.limit("negative", kind).threshold for kind in ("mastodon", "feed", EVERY)] == [0.2, 0.7, 0.7]


def test_the_band_lies_between_even_chances_and_the_threshold() -> None:
    limits = known(rule("negative", "mastodon", PROBABILITY, 0.2))
    assert limits.limit("negative", "feed").unsure_from == EVEN
    assert limits.limit("negative", "mastodon") == DecisionThreshold(0.2, 0.2, PROBABILITY, 0.2), (
        "no band below even chances"
    )


def test_without_a_curve_a_wish_for_a_precision_changes_nothing() -> None:
    limits = DecisionThresholds({"negative": 0.6}, {}, [rule("negative", "feed", PRECISION, 0.9)])
    assert limits.limit("negative", "mastodon") == DecisionThreshold(0.6, EVEN, MODEL, None)
    assert limits.limit("negative", "feed").threshold == 0.6


def test_a_budget_moves_what_was_set_before_it() -> None:
    limits = known(rule("negative", "feed", PROBABILITY, 0.7), budget(1.0, minutes=1))
    for label, kind, before in (("unverified", EVERY, 0.5), ("negative", EVERY, 0.6), ("negative", "feed", 0.7)):
        after = limits.limit(label, kind)
        odds = after.threshold / (1 - after.threshold)
        assert odds == pytest.approx(np.e * before / (1 - before))
        assert (after.aim, after.value) == (BUDGET, 40)


def test_what_is_set_after_a_budget_holds_as_it_is() -> None:
    limits = known(budget(1.0), rule("negative", "feed", PROBABILITY, 0.7, minutes=1))
    assert limits.limit("negative", "feed").threshold == 0.7
    assert limits.limit("negative", "mastodon").threshold > 0.7


def test_no_budget_goes_below_its_floor() -> None:
    assert known(budget(-9.0)).limit("negative", "feed").threshold == 0.3
    assert known(budget(-9.0, floor=0.8)).limit("negative", "feed").threshold == 0.5
    assert known(budget(-9.0, floor=0.99)).limit("negative", "feed").threshold == 0.6, "no threshold keeps that floor"


def test_a_wish_about_a_label_that_the_model_does_not_know_is_left_aside() -> None:
    assert known(rule("spam", EVERY, PROBABILITY, 0.1)).rules == ()


def scores(**by_label: list[float]) -> dict[tuple[str, str], Any]:
    return {(label, "feed"): np.array(values) for label, values in by_label.items()}


def passing(limits: DecisionThresholds, found: dict[tuple[str, str], Any]) -> int:
    return sum(int((values >= limits.limit(*place).threshold).sum()) for place, values in found.items())


@pytest.mark.parametrize("flags", [0, 1, 3, 5, 7])
def test_as_many_scores_pass_as_the_budget_allows(flags: int) -> None:
    found = scores(unverified=[0.95, 0.7, 0.52, 0.45, 0.4], negative=[0.9, 0.65, 0.55, 0.35])
    assert passing(known(budget(budget_shift(known(), found, flags, 0.5))), found) == flags


def test_scores_that_are_alike_pass_together_or_not_at_all() -> None:
    found = scores(unverified=[0.9, 0.6, 0.6, 0.6])
    assert passing(known(budget(budget_shift(known(), found, 2, 0.5))), found) == 1


def test_a_budget_that_is_larger_than_all_there_is_stops_at_the_floors() -> None:
    found = scores(unverified=[0.4, 0.31, 0.29, 0.05], negative=[0.2])
    limits = known(budget(budget_shift(known(), found, 1000, 0.5)))
    assert [limits.limit(label, "feed").threshold for label in OWN_THRESHOLDS] == [0.3, 0.3]
    assert passing(limits, found) == 2


probabilities = st.lists(st.integers(0, 9_999).map(lambda number: number / 10_000), max_size=30)


@given(unverified=probabilities, negative=probabilities, flags=st.floats(0, 80))
def test_a_budget_is_never_overdrawn_and_no_floor_broken(
    unverified: list[float], negative: list[float], flags: float
) -> None:
    found = scores(unverified=unverified, negative=negative)
    limits = known(budget(budget_shift(known(), found, flags, 0.5)))
    assert passing(limits, found) <= flags
    assert all(limits.limit(label, "feed").threshold >= 0.3 for label in OWN_THRESHOLDS)
