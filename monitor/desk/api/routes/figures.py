"""Figures: counts of now, and the reports that were issued."""

from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Path

from monitor.desk.api import paging, views
from monitor.desk.api.access import Context, needs
from monitor.desk.api.schemas import FiguresOut, Page, SummaryDetail, SummaryOut
from monitor.desk.api.scopes import Scope
from storage.figures import listings
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
    read = listings.summaries_before
    return paging.listed(context, ("summaries",), limit, cursor, read=read, out=views.summary_out)


@router.get("/summaries/{period}", summary="Read the newest report of a period")
def read_summary(context: Context, period: Period) -> SummaryDetail:
    """Read the figures of a period, as they stand in its document."""
    with context.database.work() as session:
        report = listings.newest_summary(session, period)
        return SummaryDetail(**views.summary_out(report).model_dump(), figures=report.figures)
