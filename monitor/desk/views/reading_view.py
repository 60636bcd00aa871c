"""The data of what is read blind, and of differences: the post, and not what others or the machine said."""

from collections import Counter
from functools import lru_cache
from itertools import groupby
from typing import Any, Final

from sqlalchemy.orm import Session

from classifiers.evaluation.coders import CoderAgreement, alpha
from monitor.desk.views.masking import Mask
from monitor.desk.views.post_view import post_view
from monitor.desk.web import wording
from monitor.desk.web.wording import LabelHelp
from storage.models import Flag
from storage.review import second_readings
from storage.review.decisions import STATE_OF
from storage.review.second_readings import Difference

_Counted = tuple[tuple[tuple[str, str], int], ...]  # two answers, and to how many flags they were given

FEWEST_READ_TWICE: Final = 5  # of one or two the bootstrap interval is a point, which claims too much


def blind_post(
    session: Session, flag: Flag, mask: Mask | None, *, difference: Difference | None = None
) -> dict[str, Any]:
    """Collect a flagged post in the version that was flagged, without reasons, probability and decisions.

    `said` holds what two people said who differ, for the third one who settles it; else it is empty.
    """
    decisions = (difference.first.decision, difference.second.decision) if difference else ()
    return {
        "flag": flag,
        "label": wording.label_help(flag.label),
        "post": post_view(session, flag, mask),
        # In the order of the states, so that the place tells nothing of who was first.
        "said": [wording.DECISION_NAMES[one] for one in sorted(decisions, key=lambda one: (STATE_OF[one], one))],
    }


def agreement(session: Session) -> list[tuple[LabelHelp, CoderAgreement, int]]:
    """Measure agreement by label, and how many more flags must be read twice before it says anything (0: none)."""
    found = []
    for label, group in groupby(second_readings.read_twice(session), key=lambda one: one.label):
        counts: Counter[tuple[str, str]] = Counter()
        for one in group:
            counts[one.first, one.second] += one.flags
        figures = _alpha(tuple(sorted(counts.items())))  # in one order, so that what was measured before is found
        if figures is not None:
            found.append((wording.label_help(label), figures, max(0, FEWEST_READ_TWICE - figures.units)))
    return found


# The intervals of thousands of readings take a tenth of a second, and most readings are those of the page before.
@lru_cache(maxsize=64)
def _alpha(counted: _Counted) -> CoderAgreement | None:
    return alpha([answers for answers, flags in counted for _one in range(flags)])
