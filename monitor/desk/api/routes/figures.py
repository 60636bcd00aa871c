"""Figures: counts of now, reports that were issued, and the key of the request."""

from collections import Counter
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path

from monitor.desk.api import paging
from monitor.desk.api.access import Context, CurrentCaller, needs
from monitor.desk.api.keys import Scope
from monitor.desk.api.schemas import FiguresOut, KeyOut, Page, SummaryDetail, SummaryOut
from monitor.review.roles import Right, may
from storage.errors import NotFound
from storage.figures import listings
from storage.outbox import reports
from storage.posts import sources
from storage.review import flags
from storage.scoring import registry, unscored

router = APIRouter(tags=["figures"], dependencies=[needs(Scope.FIGURES)])

Period = Annotated[
    str, Path(pattern=r"^[0-9]{4}-(W[0-9]{2}|[0-9]{2}|Q[1-4])$", description="As 2026-W47, 2026-11 or 2026-Q4.")
]


@router.get("/figures", summary="Read counts of now")
def read_figures(context: Context) -> FiguresOut:
    """Read how many flags and posts there are."""
    with context.database.work() as session:
        model = registry.active_model(session)
        counted = sources.post_counts(session)
        posts: Counter[str] = Counter()  # two accounts may have one name once theirs are masked
        for source in sources.all_sources(session):
            posts[context.mask(source.name)] += counted.get(source.id, 0)
        return FiguresOut(
            flags=flags.counts(session),
            posts=posts,
            unscored=unscored.count(session, model) if model else None,
            model=model.version if model else None,
        )


@router.get("/summaries", summary="List reports, newest first")
def list_summaries(context: Context, limit: paging.Limit = 50, cursor: paging.Cursor = None) -> Page[SummaryOut]:
    """List the reports that were issued; a period has several when it was issued again."""
    read = listings.reports_before
    return paging.listed(
        context, ("summaries",), limit, cursor, read=read, out=partial(SummaryOut.of, mask=context.mask)
    )


@router.get("/summaries/{period}", summary="Read the newest report of a period")
def read_summary(context: Context, period: Period) -> SummaryDetail:
    """Read the figures of a period, as they stand in its document."""
    with context.database.work() as session:
        issued = reports.standing(session, period)
        if not issued:
            raise NotFound(f"no report of {period} was issued: the list of reports says of which periods there are any")
        return SummaryDetail.of(issued[0], context.mask)


key_router = APIRouter(tags=["key"])


@key_router.get("/key", summary="Read what your key may do")
def read_key(caller: CurrentCaller) -> KeyOut:
    """Read the name, scopes and end of the key that was sent. Every key may do this."""
    decides = caller.user_role is not None and may(caller.user_role, Right.DECIDE) and Scope.DECIDE in caller.scopes
    return KeyOut(name=caller.name, scopes=sorted(caller.scopes), expires_at=caller.expires_at, decides=decides)
