"""How far a post and its copies have come: the first and the newest, how many came when, and what each source has."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from markupsafe import Markup

from monitor.catalogues import N_
from monitor.clock import VIETNAM
from monitor.desk.web.language import Translated, thousands
from monitor.reports.drawing import NARROW, Chart, Column, bar, columns
from monitor.reports.drawing import rows as drawn_rows
from monitor.scoring.flag_value import reactions
from storage.scoring.matching import Copy

MOST_COLUMNS: Final = 60
FEWEST: Final = 2  # of one post there is nothing to draw
NAMED: Final = 6  # columns with a name below, as there is no room for more
HOURS: Final = timedelta(hours=48)  # up to which posts are counted by the hour
STEPS: Final = Translated({"hour": N_("Số bài mỗi giờ"), "day": N_("Số bài mỗi ngày"), "week": N_("Số bài mỗi tuần")})
_LENGTHS: Final = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSpread:
    """The posts of one source or publisher: how many, the reactions to them, and when the first came, UTC."""

    source: str
    posts: int
    reactions: int
    first: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How far some posts have come.

    Args:
        first: The first post.
        last: When the newest one came, UTC.
        rows: By source, most posts first.
        chart: The same, drawn.
        step: What is counted in the other drawing, in words.
        reach: How many came when, drawn.

    """

    first: Copy
    last: datetime
    rows: Sequence[SourceSpread]
    chart: Markup
    step: str
    reach: Markup


def spread_of(copies: Sequence[Copy]) -> Spread | None:
    """Draw how far some posts have come, oldest first; None of fewer than two."""
    if len(copies) < FEWEST:
        return None
    by_source: dict[str, list[Copy]] = {}
    for copy in copies:
        by_source.setdefault(copy.source, []).append(copy)
    rows = [
        SourceSpread(
            source=source,
            posts=len(found),
            reactions=sum(round(reactions(copy.engagement)) for copy in found),
            first=found[0].dated,
        )
        for source, found in by_source.items()
    ]
    rows.sort(key=lambda row: (-row.posts, row.first))
    moments = [copy.dated for copy in copies]
    step = _step(moments[-1] - moments[0])
    return Spread(
        first=copies[0],
        last=moments[-1],
        rows=rows,
        chart=_bars([(row.source, row.posts) for row in rows]),
        step=STEPS[step],
        reach=columns(_by_step(moments, step)),
    )


def _bars(counts: Sequence[tuple[str, int]]) -> Markup:
    highest = max(count for _, count in counts)
    return drawn_rows(
        Chart(tuple(bar(name, {"none": count}, highest, thousands(count)) for name, count in counts)), NARROW
    )


def _step(length: timedelta) -> str:
    if length <= HOURS:
        return "hour"
    return "day" if length < _LENGTHS["day"] * MOST_COLUMNS else "week"


def _by_step(moments: Sequence[datetime], step: str) -> list[Column]:
    """Count posts by the hour, day or week of Việt Nam, from the first to the newest or as many as have room."""
    found = Counter(_begin(moment, step) for moment in moments)
    first, last = min(found), max(found)
    count = min((last - first) // _LENGTHS[step] + 1, MOST_COLUMNS)
    begins = [first + place * _LENGTHS[step] for place in range(count)]
    every = -(-count // NAMED)
    form = "%H:%M" if step == "hour" else "%d/%m"
    return [
        Column(begin.strftime(form) if place % every == 0 else "", {"none": found[begin]})
        for place, begin in enumerate(begins)
    ]


def _begin(moment: datetime, step: str) -> datetime:
    """Return when the hour, day or week (from Monday) of a moment begins."""
    hour = moment.astimezone(VIETNAM).replace(minute=0, second=0, microsecond=0)
    if step == "hour":
        return hour
    day = hour.replace(hour=0)
    return day - timedelta(days=day.weekday()) if step == "week" else day
