"""A reviewer's day: which open flags are worth a decision today, by turns from the labels, one of each cluster.

What a decision is worth says `monitor.flag_value`. Insults that nobody passes on or answers are counted; a few of them,
drawn at random with a stored seed, keep the estimate of their precision honest.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Final

from sqlalchemy.orm import Session

from classifiers.evaluation.bootstrap import wilson
from classifiers.labels import NEGATIVE
from monitor.clock import VIETNAM
from monitor.flag_value import Measured, reactions, worth
from monitor.review.auth import Reviewer
from monitor.review.desk import Desk
from storage import day_plans
from storage.day_plans import Candidate
from storage.models import DayPlan

RANDOM, WORTH = "random", "worth"
LEAST_DRAWN: Final = 5  # decisions on flags drawn at random; with fewer an interval says nothing
_NO_REACH: Final = 3  # reactions up to which an insult is one among strangers
_FEW_COPIES: Final = 3  # in one place somebody said it again; from so many on it is passed on


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What the first page says of a day: how many were seen, and how many are left of each label.

    `strangers` counts the insults among strangers that nobody needs to see one by one; `drawn_right` of the
    `drawn_decided` that were drawn at random so far were right.
    """

    seen: int
    left: Mapping[str, int]
    total: int
    strangers: int
    drawn_right: int
    drawn_decided: int

    @property
    def estimate(self) -> tuple[int, int] | None:
        """The 95 % interval of the share of insults among strangers that are right, in per cent; None with too few."""
        if self.drawn_decided < LEAST_DRAWN:
            return None
        low, high = wilson(self.drawn_right, self.drawn_decided)
        return round(100 * low), round(100 * high)

    @property
    def open(self) -> int:
        """How many are left in all."""
        return sum(self.left.values())


def day_of(session: Session, desk: Desk, reviewer: Reviewer) -> Day:
    """Describe a reviewer's day; the plan is drawn where there is none yet."""
    now = desk.clock.now()
    plan = plan_of(session, desk, reviewer)
    items = day_plans.items(session, plan.id)
    left: dict[str, int] = {}
    for _flag_id, label, state, _sampling in items:
        left[label] = left.get(label, 0) + (state == "open")
    midnight = now.astimezone(VIETNAM).replace(hour=0, minute=0, second=0, microsecond=0)
    seen = day_plans.decided_since(session, reviewer.id, midnight)
    right, decided = day_plans.drawn_at_random(session)
    return Day(
        seen=seen,
        left=left,
        total=len(items),
        strangers=plan.left_out,
        drawn_right=right,
        drawn_decided=decided,
    )


def plan_of(session: Session, desk: Desk, reviewer: Reviewer) -> DayPlan:
    """Return a reviewer's plan of today, drawn where there is none yet; the unit of work must be committed."""
    now = desk.clock.now()
    day = now.astimezone(VIETNAM).date()
    plan = day_plans.of_day(session, day, reviewer.id)
    if plan is not None:
        return plan
    found, settings = day_plans.candidates(session, day, now), desk.settings
    seed = secrets.randbits(31)
    chosen, strangers = draw(
        found,
        day_plans.measured(session),
        now,
        budget=settings.daily_budget,
        shares=settings.daily_shares,
        at_random=settings.daily_random,
        seed=seed,
    )
    return day_plans.store(
        session, day=day, reviewer_id=reviewer.id, seed=seed, left_out=strangers, chosen=chosen, now=now
    )


def draw(
    found: Sequence[Candidate],
    measured: Measured,
    now: datetime,
    *,
    budget: int,
    shares: Mapping[str, float],
    at_random: int,
    seed: int,
) -> tuple[list[tuple[int, str]], int]:
    """Choose a day's flags.

    Args:
        found: The open flags.
        measured: By source and label, how many decided flags were right, and how many there are.
        now: The present time, UTC.
        budget: How many flags at most.
        shares: By label, how often its turn comes.
        at_random: How many insults among strangers are drawn.
        seed: Of that draw.

    Returns:
        Flags with WORTH or RANDOM, in their order, no cluster twice; and from how many the random ones were drawn.

    """
    strangers = sorted((one for one in found if _among_strangers(one)), key=lambda one: one.flag_id)
    drawn = Random(seed).sample(strangers, min(at_random, len(strangers), budget))  # noqa: S311  no secret
    passed = {one.flag_id for one in strangers}
    queues = {
        label: sorted(
            (one for one in found if one.label == label and one.flag_id not in passed),
            key=lambda one: (-worth(one, measured, now), one.flag_id),
        )
        for label in shares
    }
    taken = {one.same_as for one in drawn}
    chosen = [(flag_id, WORTH) for flag_id in _by_turns(queues, shares, taken, budget - len(drawn))]
    step = max(1, len(chosen) // (len(drawn) + 1))
    for place, one in enumerate(drawn, 1):  # spread over the day, so that they do not come all at its tired end
        chosen.insert(min(len(chosen), place * step + place - 1), (one.flag_id, RANDOM))
    return chosen, len(strangers)


def _by_turns(
    queues: Mapping[str, list[Candidate]], shares: Mapping[str, float], taken: set[str], budget: int
) -> list[int]:
    """Take from the queues in turn, in proportion to their shares (smooth weighted round robin), no cluster twice."""
    places, credit, chosen = dict.fromkeys(queues, 0), dict.fromkeys(queues, 0.0), list[int]()
    while len(chosen) < budget:
        for label, queue in queues.items():
            while places[label] < len(queue) and queue[places[label]].same_as in taken:
                places[label] += 1
        waiting = [label for label, queue in queues.items() if places[label] < len(queue) and shares[label] > 0]
        if not waiting:
            break
        for label in waiting:
            credit[label] += shares[label]
        turn = max(waiting, key=lambda label: credit[label])
        credit[turn] -= sum(shares[label] for label in waiting)
        one = queues[turn][places[turn]]
        taken.add(one.same_as)
        chosen.append(one.flag_id)
    return chosen


def _among_strangers(one: Candidate) -> bool:
    passed_on = one.sources > 1 or one.copies > _FEW_COPIES
    return one.label == NEGATIVE.name and not passed_on and reactions(one.engagement) <= _NO_REACH
