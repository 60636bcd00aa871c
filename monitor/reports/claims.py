"""Claims that go round in a report: how far they reach, what people found out, and whether they were answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from classifiers.labels import CLAIM_LABELS
from monitor.privacy.masks.mask import mask_personal
from monitor.reports.comparison import PERIODS_IN_MEAN
from monitor.reports.periods import CalendarPeriod
from monitor.reports.quotes import Quote
from storage.figures import report_claims
from storage.figures.report_claims import ClaimReach, ClaimTally
from storage.review import corrections
from storage.review.decisions import REFUTED

MOST_CLAIMS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One confirmed claim with its copies.

    Args:
        quote: Number of the quote that shows it, from 1; None where nobody chose it to be quoted.
        posts: How many posts of the period say it.
        earlier: How many posts of each of the four periods before say it, the nearest first.
        sources: In how many sources.
        first_at: When the first of them was published, UTC.
        refuted: Whether a person found a source against it; otherwise no source was found.
        evidence: Hosts of the sources that speak about it.
        answered: How many corrections were published.

    """

    quote: int | None
    posts: int
    earlier: tuple[int, ...]
    sources: int
    first_at: datetime
    refuted: bool
    evidence: tuple[str, ...]
    answered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasedCorrection:
    """A correction that was released in the period: its number, when, what it answers, its verdict, and its state."""

    number: int
    at: datetime
    claim: str
    verdict: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimFigures:
    """The claims that most posts say, at most MOST_CLAIMS, the counts of all claims, and the period's corrections.

    Args:
        listed: Those that most posts say.
        total: How many there are in all.
        tally: What became of all of them.
        corrections: Corrections that were released in the period.

    """

    listed: tuple[Claim, ...]
    total: int
    tally: ClaimTally
    corrections: tuple[ReleasedCorrection, ...]


def gather_claims(session: Session, period: CalendarPeriod, quotes: Sequence[Quote]) -> ClaimFigures:
    """Look up the claims of a period; `quotes` are those that the report shows."""
    span, before = period.span, period.earlier(PERIODS_IN_MEAN)
    numbers: dict[tuple[str, int], int] = {}
    for number, quote in enumerate(quotes, start=1):
        if quote.label in CLAIM_LABELS:
            numbers.setdefault(quote.same_as, number)
    every = report_claims.claims(session, span, CLAIM_LABELS)
    found = every[:MOST_CLAIMS]
    clusters = [reach.cluster_id for reach in found if reach.cluster_id is not None]
    posts = report_claims.posts_of_clusters(session, clusters, [one.span for one in before])
    return ClaimFigures(
        listed=tuple(_claim(session, reach, numbers, posts.get(reach.cluster_id or 0)) for reach in found),
        total=len(every),
        tally=report_claims.tally(session, span, CLAIM_LABELS, every),
        corrections=tuple(
            ReleasedCorrection(
                number=each.row.id,
                at=each.released_at,
                claim=mask_personal(each.content.claim),
                verdict=each.content.verdict,
                state=each.row.state,
            )
            for each in reversed(corrections.published(session))
            if span.start <= each.released_at < span.end
        ),
    )


def _claim(
    session: Session, reach: ClaimReach, numbers: dict[tuple[str, int], int], earlier: Sequence[int] | None
) -> Claim:
    known = report_claims.answers(session, reach)
    same_as = ("flag", reach.flag_id) if reach.cluster_id is None else ("cluster", reach.cluster_id)
    return Claim(
        quote=numbers.get(same_as),
        posts=reach.posts,
        earlier=tuple(earlier or (0,) * PERIODS_IN_MEAN),
        sources=reach.sources,
        first_at=reach.first_at,
        refuted=known.decision == REFUTED,
        evidence=tuple(sorted({mask_personal(host) for address in known.addresses if (host := _host(address))})),
        answered=known.corrections,
    )


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:  # an address that a person mistyped
        return ""
