"""How far a post and its copies have come: the first and the newest, how many came when, and what each source has."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from markupsafe import Markup
from sqlalchemy.orm import Session

from monitor.catalogues import N_
from monitor.clock import VIETNAM
from monitor.desk.views.masking import Mask
from monitor.desk.web.language import Translated, thousands
from monitor.reports.drawing import NARROW, Chart, Column, bar, columns
from monitor.reports.drawing import rows as drawn_rows
from monitor.scoring.flag_value import reactions
from storage.models import Post
from storage.scoring import matching

MOST_COLUMNS: Final = 60
NAMED: Final = 6  # columns with a name below, as there is no room for more
HOURS: Final = timedelta(hours=48)  # up to which posts are counted by the hour
STEPS: Final = Translated({"hour": N_("Số bài mỗi giờ"), "day": N_("Số bài mỗi ngày"), "week": N_("Số bài mỗi tuần")})
_LENGTHS: Final = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}


def spread_of(session: Session, post: Post, mask: Mask) -> dict[str, Any] | None:
    """Collect it; None where a post has no copies.

    Returns:
        The `number` of the cluster and its `name`, which it may lack; the `first` copy, and when the `last` one came;
        the copies by source as `rows`, most posts first, each with the reactions to them and when its first one came,
        and as a `chart`; and how many came in each `step` as `reach`.

    """
    if post.cluster_id is None:
        return None
    copies = matching.copies_by_date(session, post.cluster_id)
    if len(copies) == 1:
        return None
    rows: dict[str, dict[str, Any]] = {}
    for copy in copies:
        row = rows.setdefault(copy.source, {"source": copy.source, "posts": 0, "reactions": 0, "first": copy.dated})
        row["posts"] += 1
        row["reactions"] += round(reactions(copy.engagement))
    ordered = sorted(rows.values(), key=lambda row: (-row["posts"], row["first"]))
    name = matching.cluster_name(session, post.cluster_id)
    moments = [copy.dated for copy in copies]
    step = _step(moments[-1] - moments[0])
    return {
        "number": post.cluster_id,
        "name": mask(name) if name else None,
        "first": copies[0],
        "last": moments[-1],
        "rows": ordered,
        "chart": _bars([(row["source"], row["posts"]) for row in ordered]),
        "step": STEPS[step],
        "reach": columns(_by_step(moments, step)),
    }


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
