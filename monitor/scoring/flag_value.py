"""What a decision on a flag is worth: chance of being right × relevance × spread × evidence × freshness.

It orders the queue: concerns first, claims next, and of each what matters here and goes round.
"""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import datetime, timedelta
from math import log1p, log2, prod
from typing import Any, Final

from classifiers.labels import label_named
from monitor.scoring.relevance import Focus
from storage.database import Database
from storage.models import Post
from storage.posts import posts
from storage.review import places
from storage.review.flags import FlagDraft
from storage.review.places import Candidate, Place
from storage.scoring import focus, matching

Measured = Mapping[tuple[int, str], tuple[int, int]]
"""By source and label, how many decided flags were right, and how many there are."""

_PRIOR: Final = 10  # decisions of a source that count as much as the model's own probability
_HALF_LIFE: Final = timedelta(days=7)
_LEAST_FRESH: Final = 1 / 8  # what is older than three weeks matters for what it says, not for its age
_ANSWERED: Final = 0.7  # a claim on which reports were found
_SILENCE: Final = 1.3  # a claim on which nobody has reported
_SHORT: Final = 40  # characters below which a text holds little to decide by
_OF_SHORT: Final = 0.7
_MOST_REACTIONS: Final = 1e12  # no platform counts so many: it is a fault, or no number at all
REACTIONS_AMONG_STRANGERS: Final = 1_000
"""Reactions up to which an insult that names neither work nor a place here is one among strangers."""
COPIES_AMONG_STRANGERS: Final = 3
"""In one place somebody said it again; with more copies it is passed on."""
RECENT: Final = timedelta(days=1)
"""Copies collected within it show how fast a post is passed on."""
_BEHIND_ALL: Final = 4 * matching.PRIORITY_WORTH
WORTH_A_DAY: Final = -2 * matching.PRIORITY_WORTH
"""The worth below which a flag is no part of anybody's day."""
_LEAST: Final = 1e-9  # a probability of 0 has no logarithm


@dataclass(frozen=True, slots=True)
class Factors:
    """By what the worth of a decision is multiplied; 1 changes nothing.

    Args:
        chance: That the machine is right, 0 to 1, by its probability and by what people found right at the source.
        relevance: To the office.
        spread: 1 for one post without reactions, more with copies, sources, reactions and speed.
        evidence: Less where reports were found, more where there is silence; less for a text that says little.
        freshness: Halved by each week, down to an eighth.

    """

    chance: float
    relevance: float
    spread: float
    evidence: float
    freshness: float


def factors_of(one: Candidate, measured: Measured, now: datetime) -> Factors:
    """Return what the worth of a flag is made of; relevance counts 1 where nobody looked."""
    right, total = measured.get((one.source_id, one.label), (0, 0))
    answered = _ANSWERED if one.has_evidence else _SILENCE
    return Factors(
        chance=max(_LEAST, (right + _PRIOR * one.probability) / (total + _PRIOR)),
        relevance=1.0 if one.relevance is None else one.relevance,
        spread=reach(one),
        evidence=(answered if label_named(one.label).is_claim else 1) * (_OF_SHORT if one.characters < _SHORT else 1),
        freshness=max(_LEAST_FRESH, 0.5 ** max(0.0, (now - one.when) / _HALF_LIFE)),
    )


def worth_of(one: Candidate, measured: Measured, now: datetime) -> float:
    """Return a number by which open flags are in the order of their worth: a logarithm with base 2.

    Refuted claims come before all others, well-sourced ones after them, and insults among strangers last.
    """
    by_evidence = one.priority * matching.PRIORITY_WORTH - (_BEHIND_ALL if among_strangers(one) else 0)
    product = label_named(one.label).precedence * prod(astuple(factors_of(one, measured, now)))
    return log2(product) + by_evidence


def flag_draft(
    post: Post,
    label: str,
    probability: float,
    reasons: Sequence[tuple[str, float]],
    now: datetime,
    *,
    origin: str = "scored",
) -> FlagDraft:
    """Return a flag to open on a post, with the place in the queue that it has until open flags are placed."""
    alone = Candidate(
        flag_id=0,
        post_id=post.id,
        label=label,
        probability=probability,
        source_id=post.source_id,
        copies=1,
        sources=1,
        engagement=post.engagement,
        has_evidence=False,
        characters=len(post.text),
        when=post.dated,
    )
    return FlagDraft(
        post_id=post.id,
        source_id=post.source_id,
        revision_number=post.revision_number,
        label=label,
        probability=probability,
        reasons=reasons,
        dated=post.dated,
        reach=reach(alone),
        worth=worth_of(alone, {}, now),
        origin=origin,
    )


def reach(one: Candidate) -> float:
    """Return how far a post has come: 1 for one post without reactions, more with copies, sources and reactions."""
    speed = log2(1 + one.recent) / 2 if one.copies > 1 else 0
    return 1 + log2(one.copies) + log2(one.sources) + log1p(reactions(one.engagement)) / 4 + speed


def among_strangers(one: Candidate) -> bool:
    """Tell whether a flag is an insult that has nothing to do with the office, and that nobody passes on."""
    passed_on = one.sources > 1 or one.copies > COPIES_AMONG_STRANGERS
    answered = reactions(one.engagement) > REACTIONS_AMONG_STRANGERS
    matters = one.relevance is not None and one.relevance > 1
    return label_named(one.label).needs_reach and not passed_on and not answered and not matters


def reactions(engagement: Mapping[str, Any]) -> float:
    """Sum up what the platform counts; it may be anything, so what is no number counts nothing."""
    counts = (value for value in engagement.values() if isinstance(value, int | float))
    return float(sum(value for value in counts if 0 < value < _MOST_REACTIONS))


AT_ONCE: Final = 500
_SAME: Final = 0.05  # less does not change what people see; flags grow older all the time


def place_open_flags(database: Database, now: datetime) -> int:
    """Store the places of those open flags that have moved; returns how many. New ones are looked at for relevance.

    Each page of flags is a unit of work, so that memory does not grow with their number.
    """
    with database.work() as session:
        measured = places.measured(session)
        office = Focus(focus.stored(session))
    last = placed = 0
    while True:
        with database.work() as session:
            page = places.open_flags(session, since=now - RECENT, after=last, limit=AT_ONCE)
            if not page:
                return placed
            texts = posts.texts_of(session, {one.post_id for one in page if one.relevance is None})
            stored = places.places_of(session, [one.flag_id for one in page])
            changed = {}
            for candidate in page:
                one = candidate
                if one.relevance is None:
                    one = replace(one, relevance=office.relevance_of(texts.get(one.post_id, "")).value)
                place = Place(reach(one), worth_of(one, measured, now), one.relevance)
                if one.flag_id in stored and _has_moved(stored[one.flag_id], place):
                    changed[one.flag_id] = place
            if changed:
                places.store(session, changed)
                session.commit()
        last = page[-1].flag_id
        placed += len(changed)


def _has_moved(before: Place, after: Place) -> bool:
    moved = max(abs(before.reach - after.reach), abs(before.worth - after.worth))
    return moved > _SAME or before.relevance != after.relevance
