"""A person's day: the first flags of the one queue that all share, each label in its share: concerns first.

Nothing is dealt out: a flag is leased when it is opened, and free again when the lease ends. Insults that nobody passes
on or answers come behind all other flags, and are no part of a day.

Beside it stands one list a day of posts below their threshold, where missing one costs more than reading some in vain.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from sqlalchemy.orm import Session

from classifiers.labels import LABELS, label_named
from monitor.clock import VIETNAM
from monitor.review.decide import Person
from monitor.scoring.flag_value import WORTH_A_DAY
from storage.models import Flag
from storage.review import flag_queue, reviews
from storage.review.flag_queue import QueueFilter

_SHARES: Final[Mapping[str, float]] = {label.name: label.day_share for label in LABELS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What the first page says of a day.

    Args:
        seen: How many flags the person decided today.
        left: How many of each label are left of the day.
        strangers: How many open flags are no part of anybody's day.

    """

    seen: int
    left: Mapping[str, int]
    strangers: int

    @property
    def open(self) -> int:
        """How many are left in all."""
        return sum(self.left.values())


def day_of(session: Session, by: Person, *, size: int, now: datetime) -> Day:
    """Describe a person's day of so many flags."""
    decided = _decided_today(session, by, now)
    turns = islice(_turns(decided, _waiting(session, size)), max(0, size - decided.total()))
    strangers = flag_queue.count_little_worth(session, WORTH_A_DAY)
    return Day(seen=decided.total(), left=Counter(turns), strangers=strangers)


def lease_next(
    session: Session, by: Person, *, size: int, now: datetime, until: datetime, after: int | None = None
) -> int | None:
    """Lease the next flag of a person's day; None when the day is done, or others hold what is left of it.

    Args:
        session: The unit of work.
        by: Who takes it.
        size: How many flags a day has.
        now: The present time, UTC.
        until: When the lease expires by itself.
        after: A flag that the person passes over, and that comes again when all others were seen.

    """
    decided = _decided_today(session, by, now)
    if decided.total() >= size:
        return None
    waiting = _waiting(session, size)
    due = set(islice(_turns(decided, waiting), size - decided.total()))
    # What is no part of this day is taken where others hold all that is.
    labels = sorted(waiting, key=lambda label: (label not in due, -label_named(label).precedence))
    for behind in (after, None) if after is not None else (None,):
        for label in labels:
            taken = flag_queue.lease_next(
                session, _worthy(label), owner=by.lease_owner, now=now, until=until, after=behind, but=after
            )
            if taken is not None:
                return taken
    return None


def listed(session: Session, *, size: int, now: datetime) -> Sequence[Flag]:
    """Return what is left of the day's list of so many posts, which all share, in the order of the queue."""
    left = size - reviews.listed_since(session, _midnight(now))
    return flag_queue.listed(session, QueueFilter(listed=True), limit=left).flags if left > 0 else ()


def _decided_today(session: Session, by: Person, now: datetime) -> Counter[str]:
    return Counter(reviews.decided_since(session, by.id, _midnight(now)))


def _midnight(now: datetime) -> datetime:
    return now.astimezone(VIETNAM).replace(hour=0, minute=0, second=0, microsecond=0)


def _worthy(label: str) -> QueueFilter:
    return QueueFilter(label=label, worth_above=WORTH_A_DAY)


def _waiting(session: Session, size: int) -> dict[str, int]:
    """Count the open flags of each label, as far as a day of this size needs them."""
    return {label: flag_queue.count(session, _worthy(label), at_most=size) for label in _SHARES}


def _turns(decided: Mapping[str, int], waiting: Mapping[str, int]) -> Iterator[str]:
    """Yield the labels in turn, each in proportion to its share of the day, as long as flags of it wait."""
    seen, left = Counter(decided), Counter(waiting)
    while due := [label for label, count in left.items() if count and _SHARES[label] > 0]:
        label = min(due, key=lambda each: ((seen[each] + 1) / _SHARES[each], each))
        seen[label] += 1
        left[label] -= 1
        yield label
