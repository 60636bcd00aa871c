"""Storing answers to questions: why one cannot be stored, and what else an answer decides."""

from sqlalchemy.orm import Session

from monitor.desk.views.question_view import answers_of
from monitor.desk.web.auth import Reviewer
from monitor.desk.web.desk import Desk
from monitor.desk.web.language import gettext as _
from storage import audit
from storage.models import Question
from storage.review import decisions, flags, questions, reviews


def refusal_of(session: Session, desk: Desk, reviewer: Reviewer, question: Question, seen_state: str) -> str | None:
    """Return why an answer cannot be stored now; None when it can."""
    # Leasing first excludes that two reviewers pass this check at the same moment.
    now = desk.clock.now()
    if not questions.lease(session, question.id, owner=reviewer.lease_owner, now=now, until=desk.lease_end(now)):
        return _("Người khác đang xem câu hỏi này, nên câu trả lời của bạn chưa được ghi.")
    session.refresh(question)
    if seen_state != str(len(answers_of(session, question))):
        return _("Câu hỏi này vừa có người trả lời, nên câu trả lời của bạn chưa được ghi. Xin xem lại bên dưới.")
    return None


def record_answer(session: Session, desk: Desk, reviewer: Reviewer, question: Question, decision: str) -> None:
    """Store the answer; it also decides an open flag of the same version and label, so that nobody is asked twice."""
    now = desk.clock.now()
    questions.answer(session, question, reviewer_id=reviewer.id, decision=decision, now=now)
    for flag in flags.of_post(session, question.post_id):
        same = (flag.label, flag.revision_number, flag.state) == (question.label, question.revision_number, "open")
        if same and flags.lease(session, flag.id, owner=reviewer.lease_owner, now=now, until=desk.lease_end(now)):
            said = decisions.from_answer(flag.label, decision)
            reviews.decide(session, flag, reviewer_id=reviewer.id, decision=said, note="", now=now)
    subject = f"questions:{question.id}"
    audit.record(session, at=now, action="answer", subject=subject, user_id=reviewer.id, detail={"decision": decision})
