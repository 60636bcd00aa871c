"""Questions for tests."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.models import Post, Question
from storage.review import questions
from storage.scoring import registry
from tests.clock import MONDAY_MORNING
from tests.factories import add_model


def make_question(post: Post, label: str = "concern", **changes: Any) -> questions.QuestionDraft:
    """Make the draft of a question about a post's current version."""
    values: dict[str, Any] = {
        "post_id": post.id,
        "revision_number": post.revision_number,
        "label": label,
        "sampling": "random",
        "flagged": False,
        "probability": 0.3,
    }
    return questions.QuestionDraft(**(values | changes))


def add_question(session: Session, post: Post, label: str = "concern", **changes: Any) -> Question:
    """Put a question and give its row."""
    model = registry.active_model(session) or add_model(session)
    questions.add(session, model.id, [make_question(post, label, **changes)], MONDAY_MORNING)
    return session.scalars(select(Question).where(Question.post_id == post.id, Question.label == label)).one()
