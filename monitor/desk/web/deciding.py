"""Storing a decision: why it cannot be stored, and what else it decides."""

from sqlalchemy.orm import Session

from classifiers.concern_topics import OTHER
from monitor.desk.views.decision_form import Draft
from monitor.desk.views.flag_view import history_of, seen_state_of
from monitor.desk.web import wording
from monitor.desk.web.auth import Reviewer
from monitor.desk.web.desk import Desk
from monitor.desk.web.language import gettext as _
from storage import audit
from storage.models import Flag, Review
from storage.review import flags, reviews


def refusal_of(
    session: Session, desk: Desk, reviewer: Reviewer, flag: Flag, *, decision: str, seen_state: str
) -> str | None:
    """Return why a decision cannot be stored now; None when it can."""
    # Leasing first excludes that two reviewers pass this check at the same moment.
    now = desk.clock.now()
    if not flags.lease(session, flag.id, owner=reviewer.lease_owner, now=now, until=desk.lease_end(now)):
        return _("Người khác đang xem mục này, nên quyết định của bạn chưa được ghi.")
    session.refresh(flag, ("state", "revision_number"))
    if seen_state != seen_state_of(flag, history_of(session, flag)):
        return _("Mục này vừa có thay đổi, nên quyết định của bạn chưa được ghi. Xin xem lại bên dưới rồi quyết định.")
    if (decision == wording.REOPENED) == (flag.state == "open"):
        return _("Mục này đã có quyết định. Muốn đổi, xin bấm “Mở lại” trước.")
    return None


def record(session: Session, desk: Desk, reviewer: Reviewer, flag: Flag, *, decision: str, draft: Draft) -> int:
    """Store a decision on a flag and on the copies that were listed with it; returns on how many copies."""
    now, topic = desk.clock.now(), draft.topic or OTHER
    review = reviews.decide(
        session,
        flag,
        reviewer_id=reviewer.id,
        decision=decision,
        note=draft.note,
        now=now,
        evidence=draft.links,
        topic=topic,
        place=draft.place,
    )
    copied = 0 if decision == wording.REOPENED else _copy(session, desk, reviewer, review, draft)
    detail = {"decision": decision, "review": review.id, "copies": copied}
    audit.record(session, at=now, action="decision", subject=f"flags:{flag.id}", user_id=reviewer.id, detail=detail)
    return copied


def _copy(session: Session, desk: Desk, reviewer: Reviewer, review: Review, draft: Draft) -> int:
    """Decide the listed copies that are still open and that nobody else holds."""
    now, copied = desk.clock.now(), 0
    for copy in reviews.open_copies(session, review.flag) if draft.copies else ():
        if copy.id not in draft.copies:
            continue
        if flags.lease(session, copy.id, owner=reviewer.lease_owner, now=now, until=desk.lease_end(now)):
            reviews.decide_copy(session, copy, review, topic=draft.topic or OTHER, place=draft.place, now=now)
            copied += 1
    return copied


def undo_last(session: Session, desk: Desk, reviewer: Reviewer) -> tuple[int, int] | None:
    """Take back the reviewer's last decision, and lease its flag again.

    Returns:
        The flag and how many decisions were taken back; None where there is none, or somebody decided since.

    """
    now, last = desk.clock.now(), reviews.last_of(session, reviewer.id)
    if last is None:
        return None
    taken = reviews.undo(session, last, reviewer_id=reviewer.id, now=now)
    if not taken:
        return None
    flags.lease(session, last.flag_id, owner=reviewer.lease_owner, now=now, until=desk.lease_end(now))
    detail = {"decision": last.decision, "review": last.id, "decisions_taken_back": len(taken)}
    audit.record(session, at=now, action="undo", subject=f"flags:{last.flag_id}", user_id=reviewer.id, detail=detail)
    return last.flag_id, len(taken)
