"""Reference posts that may support or refute a claim, with the words that both have and what differs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from classifiers.evidence.likeness import compare
from monitor.catalogues import N_
from monitor.collectors.http.urls import link_address
from monitor.desk.views.flag_view import percent_of
from monitor.desk.views.masking import Mask, first_line
from monitor.desk.web import wording
from monitor.desk.web.language import Translated
from storage.models import Flag
from storage.scoring import matching

KINDS: Final = Translated(
    {"numbers": N_("con số"), "places": N_("địa danh"), "dates": N_("ngày"), "outcomes": N_("diễn biến")}
)


_BEARS: Final = {"reports": "supports", "contradicts": "refutes", "unclear": "unclear"}


@dataclass(frozen=True, slots=True)
class Difference:
    """Where claim and reference contradict each other; `claim` is empty where the reference only denies something."""

    kind: str
    claim: str
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRow:
    """A reference post. `verdict` is that of a fact-check in its own words; `mark` is what a person said, if anything.

    `bears` is the mark, or else how the fact-check bears on the claim, or else what the program reads of the reference,
    which `bearing` says in words.
    """

    evidence_id: int
    outlet: str
    when: datetime
    first_line: str
    url: str | None
    similarity: int
    state: str
    mark: str
    verdict: str | None
    bears: str
    bearing: str
    words: tuple[str, ...]
    differs: tuple[Difference, ...]


def evidence_rows(session: Session, flag: Flag, own_mask: Mask | None, mask: Mask | None) -> tuple[EvidenceRow, ...]:
    """List the evidence for a claim: refuting first, then supporting, then by agreement, unrelated last.

    Args:
        session: The unit of work.
        flag: The claim's flag.
        own_mask: Replaces personal data of the claim in the words that are shown; None: they are shown.
        mask: Replaces personal data of the references; None: they are shown.

    """
    found = matching.evidence_of(session, flag.post_id)
    checks = matching.fact_checks_of(session, [each.reference_id for each in found])
    claim = own_mask(flag.post.judged_text) if own_mask else flag.post.judged_text
    rows = []
    for each in found:
        post, check = each.reference, checks.get(each.reference_id)
        compared = compare(claim, mask(post.judged_text) if mask else post.judged_text)
        bears = each.state if each.state != "suggested" else check.bears if check else _BEARS[each.bearing]
        row = EvidenceRow(
            evidence_id=each.id,
            outlet=check.outlet if check else post.source.name,
            when=post.published_at or post.collected_at,
            first_line=first_line(post, mask),
            url=link_address(post.url),
            similarity=percent_of(each.similarity),
            state=wording.EVIDENCE_STATES[each.state],
            mark=each.state if each.state != "suggested" else "",
            verdict=check.verdict if check else None,
            bears=bears,
            bearing=wording.BEARINGS.get(each.bearing, ""),
            words=compared.words,
            differs=tuple(
                Difference(KINDS[kind], ", ".join(own), ", ".join(other))
                for kind, (own, other) in compared.differs.items()
            ),
        )
        rows.append(row)
    order = {"refutes": 0, "supports": 1, "unclear": 2, "unrelated": 3}
    return tuple(sorted(rows, key=lambda row: order[row.bears]))


def proposed_link(rows: Sequence[EvidenceRow]) -> str:
    """Return the address of the first reference that refutes the claim, for the form of the decision; "" for none."""
    return next((row.url for row in rows if row.bears == "refutes" and row.url), "")
