"""Posts that people have decided about, and questions that they have answered."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from storage.database import Database
from storage.models import Question, Source, User
from storage.review import decisions, questions, reviews
from tests.clock import MONDAY_MORNING
from tests.factories import add_flag, add_post, add_source, add_user


def decide_posts(
    database: Database, answers: Mapping[str, bool | None], label: str = "concern", *, at: datetime = MONDAY_MORNING
) -> None:
    """Store a flagged post for each text and decide its flag: yes, no, or (None) not sure."""
    answers_of = {True: "confirmed", False: "rejected", None: "unsure"}
    with database.work() as session:
        source = session.scalar(select(Source)) or add_source(session)
        user = session.scalar(select(User)) or add_user(session)
        for number, (text, answer) in enumerate(answers.items()):
            flag = add_flag(session, add_post(session, source, f"{label}-{at.timestamp()}-{number}", text=text), label)
            decision = decisions.from_answer(label, answers_of[answer])
            reviews.decide(session, flag, reviewer_id=user.id, decision=decision, note="", now=at)
        session.commit()


def answer_all(database: Database, truth: Mapping[str, bool], label: str = "concern") -> None:
    """Answer every open question from what is true of the texts; other labels than the one are always a no."""
    with database.work() as session:
        user = session.scalar(select(User)) or add_user(session)
        for question in session.scalars(select(Question).where(Question.state == "open")).all():
            holds = question.label == label and truth[question.post.text]
            decision = "confirmed" if holds else "rejected"
            questions.answer(session, question, reviewer_id=user.id, decision=decision, now=MONDAY_MORNING)
        session.commit()
