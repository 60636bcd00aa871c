"""What a decision can be applied to together, and what it would say of a case: open copies, topic, place, case."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from classifiers.concern_topics import topic_of
from classifiers.labels import CASE_LABELS
from classifiers.places.finder import places_in
from monitor.desk.views.masking import Mask, first_line
from storage.models import Flag, Review
from storage.review import corrections, quote_choices, reviews
from storage.review.decisions import REFUTED, YES

MOST_COPIES: Final = 100  # decided by one key
_READ: Final = 5_000  # characters in which topic and place are looked for


@dataclass(frozen=True, slots=True)
class OpenCopy:
    """Another post of the cluster with an open flag of the same label."""

    flag_id: int
    source: str
    when: datetime
    first_line: str


@dataclass(frozen=True, slots=True)
class DecidedCopy:
    """A decision on a copy: on which flag, what, and by whom."""

    flag_id: int
    decision: str
    reviewer: str

    @property
    def confirmed(self) -> bool:
        """Whether the machine was right; what is said of a claim is more than that, and is named instead."""
        return self.decision == YES


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """The data beside the decision form; topic and place are suggestions, empty where the label opens no case.

    `corrections` are the numbers of those that answer its claim.
    """

    copies: tuple[OpenCopy, ...]
    decided: tuple[DecidedCopy, ...]
    topic: str
    place: str
    case_id: int | None
    chosen: bool
    refuted: bool
    corrections: tuple[int, ...]

    @property
    def copy_ids(self) -> str:
        """The flags of the copies, for the form."""
        return ",".join(str(copy.flag_id) for copy in self.copies)


def together_view(session: Session, flag: Flag, mask: Mask | None) -> Together:
    """Collect it."""
    topic, place = _suggestions(flag)
    standing: Review | None = reviews.newest_standing(session, flag.id, flag.revision_number)
    return Together(
        copies=tuple(_copy(copy, mask) for copy in reviews.open_copies(session, flag)[:MOST_COPIES]),
        decided=tuple(
            DecidedCopy(review.flag_id, review.decision, name) for review, name in reviews.decided_copies(session, flag)
        ),
        topic=topic,
        place=place,
        case_id=standing.case_id if standing else None,
        chosen=quote_choices.is_chosen(session, flag),
        refuted=standing is not None and standing.decision == REFUTED,
        corrections=tuple(row.id for row in corrections.of_flag(session, flag.id)),
    )


def _suggestions(flag: Flag) -> tuple[str, str]:
    if flag.label not in CASE_LABELS or flag.state != "open":
        return "", ""
    text = flag.post.judged_text[:_READ]
    known = [place.current or place.name for place in places_in(text)]
    return topic_of(text).name, known[0] if known else ""


def _copy(copy: Flag, mask: Mask | None) -> OpenCopy:
    post = copy.post
    when = post.published_at or post.collected_at
    return OpenCopy(copy.id, post.source.name, when, first_line(post, mask))
