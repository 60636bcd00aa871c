"""What stands around a text: the title and topic under which it was written, its time, and how people reacted to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

TITLE: Final = ("title", "Title")
TOPIC: Final = ("topic", "Topic")
TIME: Final = ("time", "timestamp_post", "published_at")
COUNTS: Final = {
    "likes": ("likes", "num_like_post"),
    "comments": ("comments", "num_comment_post", "replies"),
    "shares": ("shares", "num_share_post"),
}
LEAST_TIME: Final = 1e8  # a count this high is a time in seconds that slipped into the wrong column (of ReINTEL)
UNITS: Final = {"K": 1e3, "M": 1e6}


@dataclass(frozen=True, slots=True)
class Context:
    """What is known beside the text; whatever is unknown stays empty.

    Args:
        title: Title of the article or post that the text answers.
        topic: Section in which it stands.
        time: When it was published.
        likes: How many people marked it.
        comments: How many answered.
        shares: How many passed it on.

    """

    title: str = ""
    topic: str = ""
    time: datetime | None = None
    likes: float | None = None
    comments: float | None = None
    shares: float | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """A text and its context; one of which nothing more is known has an empty context."""

    text: str
    context: Context = field(default_factory=Context)


def context_from_row(row: Mapping[str, Any]) -> Context:
    """Read the context from a row of a public set, by its published column names or the usual ones."""
    time = _number(_first(row, TIME))
    counts: dict[str, float | None] = {}
    for name, columns in COUNTS.items():
        value = _number(_first(row, columns))
        if value is not None and value >= LEAST_TIME:
            time = time or value
            value = None
        counts[name] = value
    published = _moment(time) if time else _written_moment(_first(row, TIME))
    return Context(_line(_first(row, TITLE)), _line(_first(row, TOPIC)), published, **counts)


def _first(row: Mapping[str, Any], columns: tuple[str, ...]) -> Any:
    return next((row[column] for column in columns if row.get(column) is not None), None)


def _line(value: Any) -> str:
    return "" if value is None else " ".join(str(value).split())


def _number(value: Any) -> float | None:
    """Read `12`, `12.0` or `1.2K`; anything else is unknown."""
    text = str(value if value is not None else "").strip().upper()
    unit = UNITS.get(text[-1:], 1.0)
    try:
        number = float(text[:-1] if text[-1:] in UNITS else text) * unit
    except ValueError:
        return None
    return number if 0 <= number < float("inf") else None


def _moment(seconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _written_moment(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
