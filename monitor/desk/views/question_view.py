"""The data of a question's page. It does not include the model's probability, which would influence the answer."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from monitor.desk.views.flag_view import Holder, reviewer_names
from monitor.desk.views.masking import Mask
from monitor.desk.views.post_view import PostView, post_view
from monitor.desk.web import wording
from monitor.desk.web.language import gettext as _
from monitor.desk.web.wording import LabelHelp
from storage.models import Question
from storage.review import questions


@dataclass(frozen=True, slots=True)
class Given:
    """One earlier answer."""

    answer: str
    reviewer: str
    when: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionView:
    """The data of the page. `seen_state` is the number of earlier answers, by which concurrent answers are noticed."""

    question_id: int
    label: LabelHelp
    seen_state: str
    post: PostView
    answers: tuple[Given, ...]
    holder: Holder | None

    @property
    def heading(self) -> str:
        """What stands in place of a missing title."""
        return _("Bài đăng của câu hỏi %(number)s") % {"number": self.question_id}


def question_view(session: Session, question: Question, owner: str, now: datetime, mask: Mask | None) -> QuestionView:
    """Collect the data of a question's page."""
    given = answers_of(session, question)
    return QuestionView(
        question_id=question.id,
        label=wording.label_help(question.label),
        seen_state=str(len(given)),
        post=post_view(session, question.post, question.revision_number, mask),
        answers=given,
        holder=_holder(session, question, owner, now),
    )


def answers_of(session: Session, question: Question) -> tuple[Given, ...]:
    """List the answers to a question, oldest first."""
    return tuple(
        Given(wording.ANSWER_NAMES[answer.decision], name, answer.decided_at)
        for answer, name in questions.answers_of(session, question.id)
    )


def _holder(session: Session, question: Question, owner: str, now: datetime) -> Holder | None:
    if question.lease_until is None or question.lease_until < now or question.lease_owner in (None, owner):
        return None
    return Holder(reviewer_names(session).get(str(question.lease_owner), _("người khác")), question.lease_until)
