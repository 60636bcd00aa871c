"""Questions: put once, answered by one person at a time, and honest about what was drawn at random."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from storage.database import Database
from storage.errors import NotFound, StorageError
from storage.models import Answer, Question
from storage.posts import posts
from storage.review import questions, reviews
from storage.scoring import registry
from tests.clock import MONDAY_MORNING
from tests.factories import add_flag, add_model, add_post, add_source, add_user, make_post, make_score
from tests.storage.sample_questions import add_question, make_question

NOW = MONDAY_MORNING
LATER = NOW + timedelta(minutes=15)


def test_a_question_is_put_once(database: Database) -> None:
    with database.work() as session:
        post, model = add_post(session, add_source(session)), add_model(session)
        questions.add(session, model.id, [make_question(post, sampling="random")], NOW)
        questions.add(
            session, model.id, [make_question(post, sampling="uncertain"), make_question(post, "negative")], NOW
        )
        rows = session.execute(select(Question.label, Question.sampling, Question.state).order_by(Question.id)).all()
        assert [tuple(row) for row in rows] == [("concern", "random", "open"), ("negative", "random", "open")]
        assert questions.asked_pairs(session) == {(post.id, "concern"), (post.id, "negative")}
        assert questions.open_count(session) == 2


def test_the_newest_answer_counts_and_answers_are_never_changed(database: Database) -> None:
    with database.work() as session:
        question = add_question(session, add_post(session, add_source(session)))
        lan, minh = add_user(session, "lan"), add_user(session, "minh")
        questions.answer(session, question, reviewer_id=lan.id, decision="unsure", now=NOW)
        questions.answer(session, question, reviewer_id=minh.id, decision="confirmed", now=NOW)
        assert question.state == "confirmed"
        told = [(answer.decision, name) for answer, name in questions.answers_of(session, question.id)]
        assert told == [("unsure", "lan"), ("confirmed", "minh")]
        session.commit()
    with pytest.raises(StorageError, match="only ever added"), database.work() as session:
        session.execute(text("UPDATE answers SET decision = 'rejected'"))


def test_two_people_never_get_the_same_question(database: Database) -> None:
    with database.work() as session:
        source = add_source(session)
        first, second = (add_question(session, add_post(session, source, str(n))) for n in range(2))
        got = [questions.lease_next(session, owner=owner, now=NOW, until=LATER) for owner in ("lan", "minh", "an")]
        assert got == [first, second, None]
        assert questions.lease_next(session, owner="lan", now=NOW, until=LATER) is first
        assert questions.lease_next(session, owner="an", now=LATER + timedelta(seconds=1), until=LATER) is first
        assert questions.lease_next(session, owner="minh", now=NOW, until=LATER, after=first.id) is second


def test_an_answered_question_is_not_asked_again(database: Database) -> None:
    with database.work() as session:
        question = add_question(session, add_post(session, add_source(session)))
        questions.answer(session, question, reviewer_id=add_user(session).id, decision="rejected", now=NOW)
        assert questions.lease_next(session, owner="lan", now=NOW, until=LATER) is None
        assert question.lease_owner is None


def test_a_review_answers_the_question_about_the_same_version(database: Database) -> None:
    with database.work() as session:
        source, user = add_source(session), add_user(session)
        post = add_post(session, source)
        flag = add_flag(session, post)
        question = add_question(session, post)
        reviews.decide(session, flag, reviewer_id=user.id, decision="yes", note="", now=NOW)
        assert questions.lease_next(session, owner="lan", now=NOW, until=LATER) is None
        assert question.state == "confirmed"
        posts.record(session, source.id, [make_post("1", "bản mới")])
        other = add_question(session, post, "negative")
        assert other.state == "open"


def test_a_review_that_is_not_sure_answers_nothing(database: Database) -> None:
    with database.work() as session:
        post = add_post(session, add_source(session))
        flag = add_flag(session, post)
        reviews.decide(session, flag, reviewer_id=add_user(session).id, decision="unsure", note="", now=NOW)
        assert add_question(session, post).state == "open"


def test_only_scored_posts_that_are_still_there_are_drawn_from(database: Database) -> None:
    with database.work() as session:
        source, model = add_source(session), add_model(session)
        scored, removed, edited, waiting, old = (
            add_post(session, source, name, collected_at=NOW - timedelta(days=40) if name == "old" else NOW)
            for name in ("scored", "removed", "edited", "waiting", "old")
        )
        for post in (scored, removed, edited, old):
            registry.record_scores(session, model.id, [make_score(post)])
        posts.tombstone(session, source.id, ["removed"], NOW)
        posts.record(session, source.id, [make_post("edited", "bản mới")])
        since = NOW - timedelta(days=30)
        assert list(questions.scored_posts(session, model.id, since, 10)) == [scored]
        found = questions.probabilities(session, model.id, since)
        assert found[scored.id, "concern"] == pytest.approx(0.9)
        assert {post_id for post_id, _ in found} == {scored.id, removed.id}
        assert waiting.id not in {post_id for post_id, _ in found}


def test_a_deleted_post_takes_its_questions_along(database: Database) -> None:
    with database.work() as session:
        post = add_post(session, add_source(session), author_key="a" * 64)
        question = add_question(session, post)
        questions.answer(session, question, reviewer_id=add_user(session).id, decision="confirmed", now=NOW)
        number = question.id
        posts.erase_author(session, "a" * 64, NOW)
        session.commit()
    with database.work() as session:
        assert session.scalars(select(Answer)).all() == []
        with pytest.raises(NotFound, match=f"no question {number}: its post may have been deleted"):
            questions.by_id(session, number)


def test_a_round_is_what_was_drawn_together_last(database: Database) -> None:
    with database.work() as session:
        assert questions.last_round(session) is None
        source, model, user = add_source(session), add_model(session), add_user(session)
        first, second, third = (add_post(session, source, name, text=name) for name in ("một", "hai", "ba"))
        questions.add(session, model.id, [make_question(first)], NOW)
        labels = ("concern", "negative")
        drafts = [make_question(post, label) for post in (second, third) for label in labels]
        questions.add(session, model.id, drafts, LATER)
        for question in questions.of_post(session, second.id):
            questions.answer(session, question, reviewer_id=user.id, decision="rejected", now=LATER)
        assert questions.last_round(session) == questions.Round(asked_at=LATER, posts=2, done=1)
        assert questions.asked_posts(session) == 1


def test_a_second_reading_is_of_what_one_other_person_answered(database: Database) -> None:
    with database.work() as session:
        question = add_question(session, add_post(session, add_source(session)))
        lan, minh, an = (add_user(session, name) for name in ("lan", "minh", "an"))
        assert questions.for_second_reading(session, minh.id) is None
        questions.answer(session, question, reviewer_id=lan.id, decision="confirmed", now=NOW)
        assert questions.for_second_reading(session, lan.id) is None
        assert questions.for_second_reading(session, minh.id) == question.post_id
        questions.answer(session, question, reviewer_id=minh.id, decision="rejected", now=NOW)
        assert questions.for_second_reading(session, an.id) is None
