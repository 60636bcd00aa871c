"""Rumours in a report: how far they reach, what people found out, and whether they were answered."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from monitor.privacy.masks.mask import mask_personal
from monitor.reports.periods import CalendarPeriod
from monitor.reports.quotes import sentences_of
from storage.figures import report_matters
from storage.figures.report_matters import MatterAnswers, MatterCounts, MatterRow
from storage.review import corrections
from storage.review.matters import BORNE_OUT, REFUTED, RUMOUR

MOST_CLAIMS: Final = 10


@dataclass(frozen=True)
class Claim(MatterRow):
    """One rumour of the period; its sentence is masked.

    Args:
        answers: What was found and published about it.

    """

    answers: MatterAnswers

    @property
    def refuted(self) -> bool:
        """Whether a source speaks against it."""
        return self.verdict == REFUTED

    @property
    def borne_out(self) -> bool:
        """Whether it turned out to be true."""
        return self.verdict == BORNE_OUT

    @property
    def evidence(self) -> tuple[str, ...]:
        """Hosts of the sources that speak about it."""
        return tuple(sorted({mask_personal(host) for address in self.answers.addresses if (host := _host(address))}))


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimTally:
    """What became of all rumours of a period.

    Args:
        answered: Those for which a correction was published.
        to_correct: Those that a person refuted and that no correction answers.
        to_verify: Those of which nobody found a source.

    """

    answered: int
    to_correct: int
    to_verify: int


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
    """The rumours that most posts tell, at most MOST_CLAIMS, the counts of all, and the period's corrections.

    Args:
        listed: Those that most posts tell.
        total: How many there are in all.
        posts: How many posts of the period tell any of them.
        counts: How many are new, and what became of earlier ones in the period.
        site: Where corrections are published, as `ldld.example.vn/tin`; empty: nowhere.
        tally: What became of all of them.
        corrections: Corrections that were published in the period.

    """

    listed: tuple[Claim, ...]
    total: int
    posts: int
    counts: MatterCounts
    site: str
    tally: ClaimTally
    corrections: tuple[PublishedCorrection, ...]


def gather_claims(session: Session, period: CalendarPeriod, site: str) -> ClaimFigures:
    """Look up the rumours of a period; `site` is where corrections stand."""
    span = period.span
    rows = report_matters.matters_of(session, span, RUMOUR)
    answers = report_matters.answers_of(session, [row.number for row in rows])
    sentences = sentences_of(session, rows[:MOST_CLAIMS])
    every = [
        Claim(**vars(row) | {"sentence": sentences.get(row.number, "")}, answers=answers[row.number]) for row in rows
    ]
    return ClaimFigures(
        listed=tuple(every[:MOST_CLAIMS]),
        total=len(every),
        posts=sum(claim.reach.posts for claim in every),
        counts=report_matters.counts_of(session, span, RUMOUR),
        site=site.partition("://")[2],
        tally=ClaimTally(
            answered=sum(claim.answers.published > 0 for claim in every),
            to_correct=sum(claim.refuted and not claim.answers.published for claim in every),
            to_verify=sum(not claim.refuted and not claim.borne_out for claim in every),
        ),
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


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:  # an address that a person mistyped
        return ""
