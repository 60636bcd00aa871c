"""What a decision on a flag is worth, and which insults nobody needs to see."""

from datetime import timedelta
from typing import Any

import pytest

from monitor.scoring.flag_value import WORTH_A_DAY, lasting_worth
from storage.review.places import Candidate
from tests.clock import MONDAY_MORNING as NOW


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
        ({"has_evidence": True}, {}),
        ({}, {"characters": 12}),
    ],
)
def test_what_is_surer_wider_newer_or_better_proved_is_worth_more(more: dict[str, Any], less: dict[str, Any]) -> None:
    assert lasting_worth(make(1, **more), {}) > lasting_worth(make(2, **less), {})


def test_where_the_machine_was_mostly_wrong_its_flags_are_worth_less() -> None:
    measured = {(1, "concern"): (2, 60), (2, "concern"): (50, 60)}
    assert lasting_worth(make(1), measured) < lasting_worth(make(2, source_id=2), measured)


@pytest.mark.parametrize(
    ("label", "values", "seen"),
    [
        ("negative", {"engagement": {"likes": 3}}, False),
        ("negative", {"copies": 2}, False),
        ("negative", {"engagement": {"likes": 4}}, True),
        ("negative", {"copies": 4}, True),
        ("negative", {"copies": 2, "sources": 2}, True),
        ("concern", {}, True),
        ("unverified", {"priority": -1, "when": NOW - timedelta(days=900)}, True),
    ],
)
def test_insults_that_nobody_passes_on_come_behind_everything(
    label: str, values: dict[str, Any], *, seen: bool
) -> None:
    assert (lasting_worth(make(1, label, **values), {}) > WORTH_A_DAY) is seen
