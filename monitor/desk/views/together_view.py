"""What a decision can be applied to together, and what it would say of a case: open copies, topic, place, case."""

from typing import Any, Final

from sqlalchemy.orm import Session

from classifiers.concern_topics import topics_of
from classifiers.labels import CASE_LABELS
from classifiers.places.finder import places_in
from monitor.desk.views.masking import Mask, first_line
from storage.models import Flag
from storage.review import corrections, quote_choices, reviews
from storage.review.decisions import REFUTED

MOST_COPIES: Final = 100  # decided by one key
_READ: Final = 5_000  # characters in which topic and place are looked for


def together_view(session: Session, flag: Flag, mask: Mask) -> dict[str, Any]:
    """Collect what stands beside the decision form.

    Topics, the likeliest first, and place are suggestions, empty where the label opens no case; `corrections` are the
    numbers of those that answer the flag's claim; `decided` lists decisions on copies, with who took them.
    """
    topics, place = _suggestions(flag)
    standing = reviews.newest_standing(session, flag.id, flag.revision_number) if flag.state != "open" else None
    return {
        "copies": [(copy, first_line(copy.post, mask)) for copy in reviews.open_copies(session, flag)[:MOST_COPIES]],
        "decided": reviews.decided_copies(session, flag),
        "topics": topics,
        "place": place,
        "case_id": standing.case_id if standing else None,
        "chosen": quote_choices.is_chosen(session, flag),
        "refuted": standing is not None and standing.decision == REFUTED,
        "corrections": [row.id for row in corrections.of_flag(session, flag.id)],
    }


def _suggestions(flag: Flag) -> tuple[list[str], str]:
    if flag.label not in CASE_LABELS or flag.state != "open":
        return [], ""
    text = flag.post.judged_text[:_READ]
    known = [place.current or place.name for place in places_in(text)]
    return [topic.name for topic in topics_of(text)], known[0] if known else ""
