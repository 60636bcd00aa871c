"""Reference posts that may support or refute a claim, with the words that both have and what differs."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy.orm import Session

from classifiers.evidence.likeness import compare
from monitor.catalogues import N_
from monitor.collectors.http.urls import link_address
from monitor.desk.views.masking import Mask, first_line
from monitor.desk.web.language import Translated
from monitor.scoring.match import same_picture_posts
from storage.models import Flag, Review
from storage.review import reviews
from storage.scoring import matching

KINDS: Final = Translated(
    {
        "numbers": N_("con số"),
        "places": N_("địa danh"),
        "dates": N_("ngày"),
        "names": N_("tên"),
        "outcomes": N_("diễn biến"),
    }
)


_BEARS: Final = {"reports": "supports", "contradicts": "refutes", "unclear": "unclear"}


def evidence_rows(session: Session, flag: Flag, own_mask: Mask | None, mask: Mask) -> list[dict[str, Any]]:
    """List the evidence for a claim: refuting first, then supporting, then by agreement, unrelated last.

    Args:
        session: The unit of work.
        flag: The claim's flag.
        own_mask: Replaces personal data of the claim in the words that are shown; None: they are shown.
        mask: Replaces personal data of the references.

    Returns:
        Rows with `found`, `check` (None where the reference is no fact-check), the masked first `line`, `url`, `words`
        that both have, `differs` (kind, the claim's words, the reference's words), and `bears`: the mark of a person,
        or else how the fact-check bears on the claim, or else what the program reads of the reference.

    """
    evidence = matching.evidence_of(session, flag.post_id)
    checks = matching.fact_checks_of(session, [found.reference_id for found in evidence])
    claim = (own_mask or str)(flag.post.judged_text)
    rows = []
    for found in evidence:
        post, check = found.reference, checks.get(found.reference_id)
        compared = compare(claim, mask(post.judged_text))
        row = {
            "found": found,
            "check": check,
            "line": first_line(post, mask),
            "url": link_address(post.url),
            "bears": found.state if found.state != "suggested" else check.bears if check else _BEARS[found.bearing],
            "words": compared.words,
            "differs": [
                (KINDS[kind], ", ".join(own), ", ".join(other)) for kind, (own, other) in compared.differs.items()
            ],
        }
        rows.append(row)
    order = {"refutes": 0, "supports": 1, "unclear": 2, "unrelated": 3}
    return sorted(rows, key=lambda row: order[str(row["bears"])])


def same_picture_rows(session: Session, flag: Flag) -> list[tuple[Review, str, list[str]]]:
    """List what people concluded on posts with a picture of this one: decisions, by whom, and the links they named."""
    alike = [post.id for post in same_picture_posts(session, flag.post_id)]
    decided = reviews.decided_on(session, flag, alike) if alike else []
    return [(review, name, list(filter(None, map(link_address, review.evidence)))) for review, name in decided]


def proposed_link(rows: Sequence[dict[str, Any]]) -> str:
    """Return the address of the first reference that refutes the claim, for the form of the decision; "" for none."""
    return next((row["url"] for row in rows if row["bears"] == "refutes" and row["url"]), "")
