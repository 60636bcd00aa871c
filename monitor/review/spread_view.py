"""How far a post and its copies have come: by source, how many posts and reactions there are, and since when."""

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup
from sqlalchemy.orm import Session

from monitor.flag_value import reactions
from monitor.review.charts import Bar, bars
from storage import matching
from storage.models import Post


@dataclass(frozen=True, slots=True)
class SpreadRow:
    """One source: its posts, the reactions to them, and when the first was published or else collected."""

    source: str
    posts: int
    reactions: int
    first: datetime


@dataclass(frozen=True, slots=True)
class Spread:
    """The copies of a post by source, the source with most posts first, and a chart of the same."""

    rows: tuple[SpreadRow, ...]
    chart: Markup


def spread_of(session: Session, post: Post) -> Spread | None:
    """Collect it; None where a post has no copies."""
    if post.cluster_id is None:
        return None
    rows: dict[str, SpreadRow] = {}
    for copy in matching.copies_by_date(session, post.cluster_id):
        row = rows.get(copy.source, SpreadRow(copy.source, 0, 0, copy.dated))
        reacted = row.reactions + round(reactions(copy.engagement))
        rows[copy.source] = SpreadRow(row.source, row.posts + 1, reacted, row.first)
    ordered = tuple(sorted(rows.values(), key=lambda row: (-row.posts, row.first)))
    alone = ordered[0].posts == len(ordered) == 1
    return None if alone else Spread(ordered, bars([Bar(row.source, row.posts) for row in ordered]))
