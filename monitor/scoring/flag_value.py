"""What a decision on a flag is worth: chance of being right × reach × freshness × evidence. It orders the queue."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from math import log1p, log2
from typing import Any, Final

from classifiers.labels import label_named
from storage.database import Database
from storage.models import Post
from storage.review import places
from storage.review.flags import FlagDraft
from storage.review.places import Candidate
from storage.scoring import matching

Measured = Mapping[tuple[int, str], tuple[int, int]]
"""By source and label, how many decided flags were right, and how many there are."""

_PRIOR: Final = 10  # decisions of a source that count as much as the model's own probability
_HALF_LIFE: Final = timedelta(days=7)
_WITH_EVIDENCE: Final = 1.3
_SHORT: Final = 40  # characters below which a text holds little to decide by
_OF_SHORT: Final = 0.7
_MOST_REACTIONS: Final = 1e12  # no platform counts so many: it is a fault, or no number at all
REACTIONS_AMONG_STRANGERS: Final = 3
"""Reactions up to which an insult is one among strangers."""
COPIES_AMONG_STRANGERS: Final = 3
"""In one place somebody said it again; with more copies it is passed on."""
_BEHIND_ALL: Final = 4 * matching.PRIORITY_WORTH
WORTH_A_DAY: Final = -2 * matching.PRIORITY_WORTH
"""The worth below which a flag is no part of anybody's day."""
_EPOCH: Final = datetime(2020, 1, 1, tzinfo=UTC)
_LEAST: Final = 1e-9  # a probability of 0 has no logarithm


def lasting_worth(one: Candidate, measured: Measured) -> float:
    """Return a number by which flags are in the order of their worth at any time, in half-lives.

    All flags lose their worth at the same rate, so its logarithm with the time of the post keeps their order. Refuted
    claims come before all others, well-sourced ones after them, and insults among strangers last.
    """
    by_evidence = one.priority * matching.PRIORITY_WORTH - (_BEHIND_ALL if among_strangers(one) else 0)
    return log2(max(_LEAST, _timeless(one, measured))) + (one.when - _EPOCH) / _HALF_LIFE + by_evidence


def flag_draft(post: Post, label: str, probability: float, reasons: Sequence[tuple[str, float]]) -> FlagDraft:
    """Return a flag to open on a post, with the place in the queue that it has until copies and evidence are known."""
    dated = post.published_at or post.collected_at
    alone = Candidate(
        flag_id=0,
        label=label,
        probability=probability,
        source_id=post.source_id,
        copies=1,
        sources=1,
        engagement=post.engagement,
        has_evidence=False,
        characters=len(post.text),
        when=dated,
    )
    return FlagDraft(
        post_id=post.id,
        source_id=post.source_id,
        revision_number=post.revision_number,
        label=label,
        probability=probability,
        reasons=reasons,
        dated=dated,
        reach=reach(alone),
        worth=lasting_worth(alone, {}),
    )


def reach(one: Candidate) -> float:
    """Return how far a post has come: 1 for one post without reactions, more with copies, sources and reactions."""
    return 1 + log2(one.copies) + log2(one.sources) + log1p(reactions(one.engagement)) / 4


def among_strangers(one: Candidate) -> bool:
    """Tell whether a flag is an insult that nobody passes on or answers."""
    passed_on = one.sources > 1 or one.copies > COPIES_AMONG_STRANGERS
    answered = reactions(one.engagement) > REACTIONS_AMONG_STRANGERS
    return label_named(one.label).needs_reach and not passed_on and not answered


def reactions(engagement: Mapping[str, Any]) -> float:
    """Sum up what the platform counts; it may be anything, so what is no number counts nothing."""
    counts = (value for value in engagement.values() if isinstance(value, int | float))
    return float(sum(value for value in counts if 0 < value < _MOST_REACTIONS))


def _timeless(one: Candidate, measured: Measured) -> float:
    right, total = measured.get((one.source_id, one.label), (0, 0))
    chance = (right + _PRIOR * one.probability) / (total + _PRIOR)
    evidence = _WITH_EVIDENCE if one.has_evidence else _OF_SHORT if one.characters < _SHORT else 1.0
    return float(chance * reach(one) * evidence)


AT_ONCE: Final = 500
_SAME: Final = 1e-6


def place_open_flags(database: Database) -> int:
    """Store reach and worth of those open flags of which they have changed; returns of how many.

    Each page of flags is a unit of work, so that memory does not grow with their number.
    """
    with database.work() as session:
        measured, usual = places.measured(session), places.usual_dates(session)
    last = placed = 0
    while True:
        with database.work() as session:
            page = places.open_flags(session, usual, after=last, limit=AT_ONCE)
            if not page:
                return placed
            stored = places.places_of(session, [one.flag_id for one in page])
            changed = {}
            for one in page:
                now = reach(one), lasting_worth(one, measured)
                if any(abs(new - old) > _SAME for new, old in zip(now, stored.get(one.flag_id, now), strict=True)):
                    changed[one.flag_id] = now
            if changed:
                places.store(session, changed)
                session.commit()
        last = page[-1].flag_id
        placed += len(changed)
