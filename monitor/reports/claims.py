"""Claims that go round in a report: how far they reach, what people found out, and whether they were answered."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from classifiers.labels import CLAIM_LABELS
from monitor.privacy.masks.mask import mask_personal
from monitor.reports.periods import CalendarPeriod
from monitor.reports.quotes import one_line
from storage.figures import report_claims
from storage.figures.report_claims import ClaimAnswers, ClaimReach, ClaimTally
from storage.figures.report_counts import Spread
from storage.models import Flag
from storage.review import corrections

MOST_CLAIMS: Final = 10


@dataclass(frozen=True)
class Claim(ClaimAnswers):
    """One confirmed claim with its copies.

    Args:
        flag_id: Its flag at the desk.
        summary: What it says, in one sentence; empty where a post without one is gone or has no words.
        spread: How many posts of the period say it, in how many sources, and since when.
        source: The source of the post that was flagged.

    """

    flag_id: int
    summary: str
    spread: Spread
    source: str

    @property
    def evidence(self) -> tuple[str, ...]:
        """Hosts of the sources that speak about it."""
        return tuple(sorted({mask_personal(host) for address in self.addresses if (host := _host(address))}))


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedCorrection:
    """A correction that was published in the period: its number, when, its claim and verdict, and how it is shown."""

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
        posts: How many posts of the period say any of them.
        site: Where corrections are published, as `ldld.example.vn/tin`; empty: nowhere.
        tally: What became of all of them.
        corrections: Corrections that were published in the period.

    """

    listed: tuple[Claim, ...]
    total: int
    posts: int
    site: str
    tally: ClaimTally
    corrections: tuple[PublishedCorrection, ...]


def gather_claims(session: Session, period: CalendarPeriod, site: str) -> ClaimFigures:
    """Look up the claims of a period; `site` is where corrections stand."""
    span = period.span
    every = report_claims.claims(session, span, CLAIM_LABELS)
    return ClaimFigures(
        listed=tuple(_claim(session, reach) for reach in every[:MOST_CLAIMS]),
        total=len(every),
        posts=sum(reach.spread.posts for reach in every),
        site=site.partition("://")[2],
        tally=report_claims.tally(session, span, CLAIM_LABELS, every),
        corrections=tuple(
            PublishedCorrection(
                number=each.row.id,
                at=each.row.published_at,
                claim=mask_personal(each.content.claim),
                verdict=each.content.verdict,
                state=each.row.published_state or "",
            )
            for each in reversed(corrections.ever_released(session))
            if each.row.published_at is not None and span.start <= each.row.published_at < span.end
        ),
    )


def _claim(session: Session, reach: ClaimReach) -> Claim:
    flag = session.get_one(Flag, reach.flag_id)
    return Claim(
        **vars(report_claims.answers(session, reach)),
        flag_id=reach.flag_id,
        summary=one_line(flag),
        spread=reach.spread,
        source=mask_personal(flag.post.source.name),
    )


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:  # an address that a person mistyped
        return ""
