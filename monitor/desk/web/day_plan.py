"""A reviewer's day: which open flags are worth a decision today, by turns from the labels, one of each cluster.

What a decision is worth says `flag_value`. Insults that nobody passes on or answers are counted; a few of them,
drawn at random with a stored seed, keep the estimate of their precision honest.
"""

import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from random import Random
from typing import Final

from sqlalchemy.orm import Session

from classifiers.evaluation.bootstrap import wilson
from classifiers.labels import NEGATIVE
from monitor.clock import VIETNAM
from monitor.desk.web.auth import Reviewer
from monitor.desk.web.desk import Desk
from monitor.scoring.flag_value import COPIES_AMONG_STRANGERS, among_strangers, reach_among_strangers
from monitor.settings.settings import Settings
from storage.models import DayPlan
from storage.review import day_plans
from storage.review.day_plans import Candidate

RANDOM, WORTH = "random", "worth"
LEAST_DRAWN: Final = 5  # decisions on flags drawn at random; with fewer an interval says nothing
_READ_AT_ONCE: Final = 500


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
    seed = secrets.randbits(31)
    chosen, strangers = choose(session, desk.settings, day, now, seed)
    return day_plans.store(
        session, day=day, reviewer_id=reviewer.id, seed=seed, left_out=strangers, chosen=chosen, now=now
    )


def choose(
    session: Session, settings: Settings, day: date, now: datetime, seed: int
) -> tuple[list[tuple[int, str]], int]:
    """Choose the flags of a day among those that are free; gives them and from how many the random ones were drawn."""
    strangers = _strangers(session, day, now)
    drawn = Random(seed).sample(strangers, min(settings.daily_random, len(strangers), settings.daily_budget))  # noqa: S311  no secret
    by_id = {one.flag_id: one for one in day_plans.with_posts(session, drawn)}
    at_random = [by_id[flag_id] for flag_id in drawn if flag_id in by_id]
    queues = {label: _worthy(session, label, day, now) for label in settings.daily_shares}
    return draw(queues, at_random, budget=settings.daily_budget, shares=settings.daily_shares), len(strangers)


def _worthy(session: Session, label: str, day: date, now: datetime) -> Iterator[Candidate]:
    """Give the free flags of a label, the worthiest first, without insults among strangers."""
    # Nearly all of these are single posts, which their reach tells: no post is read for them.
    above = reach_among_strangers(1) if label == NEGATIVE.name else 0.0
    best = day_plans.best(session, label, day, now, reach_above=above)
    return (one for one in best if not among_strangers(one))


def _strangers(session: Session, day: date, now: datetime) -> list[int]:
    """List the free insults among strangers in the order of their numbers."""
    alone = reach_among_strangers(1)
    found = day_plans.little_reach(
        session, NEGATIVE.name, day, now, alone=alone, at_most=reach_among_strangers(COPIES_AMONG_STRANGERS)
    )
    strangers = {flag_id for flag_id, reach in found if reach <= alone}
    # Two copies with reactions may have the reach of three without: these are read.
    unsure = [flag_id for flag_id, reach in found if reach > alone]
    for start in range(0, len(unsure), _READ_AT_ONCE):
        some = day_plans.with_posts(session, unsure[start : start + _READ_AT_ONCE])
        strangers.update(one.flag_id for one in some if among_strangers(one))
    return sorted(strangers)


class Queue:
    """Open flags in their order, of which no more are read than are looked at."""

    def __init__(self, flags: Iterator[Candidate]) -> None:
        self._flags, self._first = flags, next(flags, None)

    def first_but(self, taken: Collection[str]) -> Candidate | None:
        """Return the first flag that is no copy of what was taken; None when there is none left."""
        while self._first is not None and self._first.same_as in taken:
            self._first = next(self._flags, None)
        return self._first


def draw(
    queues: Mapping[str, Iterable[Candidate]], drawn: Sequence[Candidate], *, budget: int, shares: Mapping[str, float]
) -> list[tuple[int, str]]:
    """Choose a day's flags.

    Args:
        queues: By label, its open flags, the worthiest first; no more are read than are needed.
        drawn: The insults among strangers that were drawn at random.
        budget: How many flags at most.
        shares: By label, how often its turn comes.

    Returns:
        Flags with WORTH or RANDOM, in their order, no cluster twice among those of worth.

    """
    taken = {one.same_as for one in drawn}
    waiting = {label: Queue(iter(flags)) for label, flags in queues.items()}
    chosen = [(flag_id, WORTH) for flag_id in _by_turns(waiting, shares, taken, budget - len(drawn))]
    step = max(1, len(chosen) // (len(drawn) + 1))
    for place, one in enumerate(drawn, 1):  # spread over the day, so that they do not come all at its tired end
        chosen.insert(min(len(chosen), place * step + place - 1), (one.flag_id, RANDOM))
    return chosen


def _by_turns(queues: Mapping[str, Queue], shares: Mapping[str, float], taken: set[str], budget: int) -> list[int]:
    """Take from the queues in turn, in proportion to their shares (smooth weighted round robin), no cluster twice."""
    credit, chosen = {label: 0.0 for label in queues if shares[label] > 0}, list[int]()
    while len(chosen) < budget:
        first = {label: one for label in credit if (one := queues[label].first_but(taken))}
        if not first:
            break
        for label in first:
            credit[label] += shares[label]
        turn = max(first, key=lambda label: credit[label])
        credit[turn] -= sum(shares[label] for label in first)
        taken.add(first[turn].same_as)
        chosen.append(first[turn].flag_id)
    return chosen
