"""What a database of the first release holds of cases, confirmed claims and corrections.

Read without the models, which later versions change. Times are what the driver gives, on SQLite texts of one form:
they are compared, and written again, as they are.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar
from urllib.parse import urlsplit

from sqlalchemy import Connection, text

CLAIM, CONCERN = "unverified", "concern"
Moment: TypeAlias = Any
Row = TypeVar("Row", bound=tuple[Any, ...])


class Post(NamedTuple):
    """A post that a case or a rumour may hold; `dated` is the time by which it is counted."""

    id: int
    cluster_id: int | None
    content_hash: str
    dated: Moment
    source_id: int
    publisher: str

    @property
    def group(self) -> tuple[bool, int]:
        """What it shares with its copies, and with no other post."""
        return (True, self.cluster_id) if self.cluster_id is not None else (False, self.id)


class Flag(NamedTuple):
    """A flag that people decided; `confirms` is whether it stands for a claim that goes round."""

    id: int
    post_id: int
    label: str
    confirms: bool
    summary: str | None


class Review(NamedTuple):
    """A decision, or what took one back."""

    id: int
    flag_id: int
    user_id: int
    decision: str
    revision_number: int
    at: Moment
    withdraws: int | None
    batch: int | None
    case_id: int | None


class Case(NamedTuple):
    """A case."""

    id: int
    flag_id: int | None
    topic: str
    place: str
    summary: str
    follower_id: int | None
    back_at: Moment | None
    state: str
    opened_by: int
    opened_at: Moment
    changed_at: Moment


class CaseEvent(NamedTuple):
    """One thing that was done about a case."""

    case_id: int
    user_id: int
    kind: str
    note: str
    passed_to: str
    topic: str | None
    place: str | None
    follower_id: int | None
    back_at: Moment | None
    review_id: int | None
    at: Moment
    redacted_at: Moment | None


class Correction(NamedTuple):
    """A correction of a claim."""

    id: int
    flag_id: int | None
    replaces_id: int | None
    state: str
    written_by: int
    written_at: Moment


class CorrectionEvent(NamedTuple):
    """One thing that was done about a correction."""

    correction_id: int
    user_id: int
    kind: str
    claim: str | None
    at: Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """All that becomes matters, by its numbers; lists are in the order in which their rows were added.

    Args:
        posts: Posts of which a flag was decided, and their copies.
        copies: The same by the cluster that they are in.
        flags: The flags of these that are of claims or concerns.
        summarised: Those of which a reviewer wrote a sentence, by post and label.
        reviews: The decisions on them that stand.
        decisions: What each review said, whether it stands or not.
        cases: The cases.
        case_events: What was done about each case.
        corrections: The corrections.
        correction_events: What was done about each correction.

    """

    posts: dict[int, Post]
    copies: dict[int, list[Post]]
    flags: dict[int, Flag]
    summarised: dict[tuple[int, str], Flag]
    reviews: list[Review]
    decisions: dict[int, str]
    cases: list[Case]
    case_events: dict[int, list[CaseEvent]]
    corrections: list[Correction]
    correction_events: dict[int, list[CorrectionEvent]]


_DECIDED: Final = """
    SELECT id, post_id, label, state = 'confirmed' AND origin <> 'drawn', summary FROM flags
    WHERE label IN ('unverified', 'concern') AND (summary IS NOT NULL OR id IN (
        SELECT flag_id FROM reviews UNION SELECT flag_id FROM cases UNION SELECT flag_id FROM corrections
    )) ORDER BY id
"""
_POSTS: Final = """
    WITH decided AS (
        SELECT posts.id, posts.cluster_id FROM posts JOIN flags ON flags.post_id = posts.id
        WHERE flags.label IN ('unverified', 'concern') AND flags.id IN (
            SELECT flag_id FROM reviews UNION SELECT flag_id FROM cases UNION SELECT flag_id FROM corrections
        )
    )
    SELECT posts.id, posts.cluster_id, posts.content_hash,
        CASE WHEN posts.published_at <= posts.collected_at THEN posts.published_at ELSE posts.collected_at END,
        sources.id, sources.kind, sources.address
    FROM posts JOIN sources ON sources.id = posts.source_id
    WHERE posts.id IN (SELECT id FROM decided) OR posts.cluster_id IN (SELECT cluster_id FROM decided)
    ORDER BY posts.id
"""
_REVIEWS: Final = """
    SELECT reviews.id, flag_id, reviewer_id, decision, reviews.revision_number, decided_at, withdraws, batch, case_id
    FROM reviews JOIN flags ON flags.id = reviews.flag_id
    WHERE flags.label IN ('unverified', 'concern') AND blind_to IS NULL ORDER BY reviews.id
"""
_CASES: Final = """
    SELECT id, flag_id, topic, place, summary, follower_id, back_at, state, opened_by, opened_at, changed_at
    FROM cases ORDER BY id
"""
_CASE_EVENTS: Final = """
    SELECT case_id, user_id, kind, note, passed_to, topic, place, follower_id, back_at, review_id, at, redacted_at
    FROM case_events ORDER BY id
"""
_CORRECTIONS: Final = """
    SELECT id, flag_id, replaces_id, state, written_by, written_at FROM corrections ORDER BY id
"""
_CORRECTION_EVENTS: Final = "SELECT correction_id, user_id, kind, claim, at FROM correction_events ORDER BY id"


def read_home(connection: Connection) -> Home:
    """Read what becomes matters."""

    def rows(query: str) -> Iterable[Any]:
        return connection.execute(text(query))

    posts = [
        Post(number, cluster_id, content_hash, dated, source[0], publisher(*source))
        for number, cluster_id, content_hash, dated, *source in rows(_POSTS)
    ]
    flags = [Flag(*row) for row in rows(_DECIDED)]
    reviews = [Review(*row) for row in rows(_REVIEWS)]
    taken_back = {review.withdraws for review in reviews}
    return Home(
        posts={post.id: post for post in posts},
        copies=_grouped(posts, by=1),
        flags={flag.id: flag for flag in flags},
        summarised={(flag.post_id, flag.label): flag for flag in flags if flag.summary},
        reviews=[each for each in reviews if each.decision != "withdrawn" and each.id not in taken_back],
        decisions={review.id: review.decision for review in reviews},
        cases=[Case(*row) for row in rows(_CASES)],
        case_events=_grouped(CaseEvent(*row) for row in rows(_CASE_EVENTS)),
        corrections=[Correction(*row) for row in rows(_CORRECTIONS)],
        correction_events=_grouped(CorrectionEvent(*row) for row in rows(_CORRECTION_EVENTS)),
    )


def publisher(source_id: int, kind: str, address: str) -> str:
    """Return who publishes a source: the site of a feed or of pages; else the source itself."""
    site = urlsplit(address).hostname if kind in ("feed", "webpage") else None
    return site.removeprefix("www.") if site else f"{kind}:{source_id}"


def _grouped(rows: Iterable[Row], by: int = 0) -> dict[int, list[Row]]:
    """Group rows by one of their columns, where it holds a number."""
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        if row[by] is not None:
            found[row[by]].append(row)
    return found
