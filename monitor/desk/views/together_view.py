"""What a decision can be applied to together, and what it would say of a matter: open copies, topic, place, matter."""

from typing import Any, Final

from sqlalchemy.orm import Session

from classifiers.concern_topics import topics_of
from classifiers.labels import GRIEVANCE_LABELS, label_named
from classifiers.places.finder import places_in
from monitor.desk.views.masking import Mask, first_line
from monitor.scoring.summary import sentence_of
from storage.models import Flag
from storage.review import corrections, matters, quote_choices, reviews

MOST_COPIES: Final = 100  # decided by one key
_READ: Final = 5_000  # characters in which topic and place are looked for


def together_view(session: Session, flag: Flag, mask: Mask) -> dict[str, Any]:
    """Collect what stands beside the decision form.

    Topics, the likeliest first, and place are suggestions, empty where the label opens no grievance; `decided` lists
    decisions on copies, with who took them; `matter` is the one to which the post belongs, with its `sentence`; `asks`
    says that the decision may open one, or join one that is chosen.
    """
    topics, place = _suggestions(flag)
    matter = matters.of_post(session, flag.post_id, flag.label)
    first = matters.first_posts(session, [matter.id]).get(matter.id) if matter else None
    asks = flag.state == "open" and matter is None and label_named(flag.label).matter_kind
    return {
        "copies": [(copy, first_line(copy.post, mask)) for copy in reviews.open_copies(session, flag)[:MOST_COPIES]],
        "decided": reviews.decided_copies(session, flag),
        "topics": topics,
        "place": place,
        "matter": matter,
        "sentence": sentence_of(matter.label, matter.sentence, first, mask) if matter else "",
        "asks": bool(asks),
        "chosen": quote_choices.is_chosen(session, flag),
        "refuted": matter is not None and corrections.is_refuted(matter),
        "corrections": [row.id for row in corrections.of_matter(session, matter.id)] if matter else [],
    }


def _suggestions(flag: Flag) -> tuple[list[str], str]:
    if flag.label not in GRIEVANCE_LABELS or flag.state != "open":
        return [], ""
    text = flag.post.judged_text[:_READ]
    known = [place.current or place.name for place in places_in(text)]
    return [topic.name for topic in topics_of(text)], known[0] if known else ""
