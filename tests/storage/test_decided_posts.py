"""What people are sure about: the newest decision on a version of a post, from reviews and answers together."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from storage import decisions, matching, posts, questions, reviews
from storage.database import Database
from storage.models import Flag, Post, Question, User
from tests.clock import MONDAY_MORNING
from tests.factories import add_flag, add_model, add_post, add_source, add_user, make_post
from tests.storage.sample_questions import add_question

NOW = MONDAY_MORNING


def review(session: Session, flag: Flag, decision: str, user: User, hours: int = 0) -> None:
    at = NOW + timedelta(hours=hours)
    reviews.decide(session, flag, reviewer_id=user.id, decision=decision, note="", now=at)


def reply(session: Session, question: Question, decision: str, user: User, hours: int = 0) -> None:
    at = NOW + timedelta(hours=hours)
    questions.answer(session, question, reviewer_id=user.id, decision=decision, now=at)


def said(session: Session) -> dict[tuple[int, str], bool]:
    return {(one.post_id, one.label): one.holds for one in decisions.label_decisions(session)}


@pytest.mark.parametrize(
    ("taken", "sure"),
    [
        (["yes"], True),
        (["no"], False),
        (["unsure"], None),
        (["yes", "unsure"], None),
        (["yes", "reopened"], None),
        (["no", "reopened", "yes"], True),
        ([], None),
    ],
)
def test_the_newest_review_counts_and_only_when_it_is_sure(
    database: Database, taken: list[str], sure: bool | None
) -> None:
    with database.work() as session:
        post, user = add_post(session, add_source(session)), add_user(session)
        flag = add_flag(session, post)
        for hours, decision in enumerate(taken):
            review(session, flag, decision, user, hours)
        assert said(session) == ({} if sure is None else {(post.id, "concern"): sure})


def test_answers_and_reviews_count_together_and_the_newest_wins(database: Database) -> None:
    with database.work() as session:
        post, user = add_post(session, add_source(session)), add_user(session)
        flag = add_flag(session, post)
        question = add_question(session, post, "concern")
        review(session, flag, "yes", user, hours=1)
        reply(session, question, "rejected", user, hours=2)
        assert said(session) == {(post.id, "concern"): False}
        reply(session, add_question(session, post, "negative"), "confirmed", user)
        assert said(session) == {(post.id, "concern"): False, (post.id, "negative"): True}


def test_a_decision_belongs_to_the_version_that_was_judged(database: Database) -> None:
    with database.work() as session:
        source, user = add_source(session), add_user(session)
        post = add_post(session, source, "1", text="bản cũ", title="Đầu đề")
        review(session, add_flag(session, post), "yes", user)
        posts.record(session, source.id, [make_post("1", "bản mới")])
        (found,) = decisions.label_decisions(session)
        assert (found.text, found.holds) == ("Đầu đề\nbản cũ", True)
        reply(session, add_question(session, post, "concern"), "rejected", user, hours=-5)
        (found,) = decisions.label_decisions(session)
        assert (found.text, found.holds) == ("bản mới", False), "the newer version counts, whenever it was judged"


def test_posts_that_are_gone_teach_nothing(database: Database) -> None:
    with database.work() as session:
        source, user = add_source(session), add_user(session)
        removed, erased = add_post(session, source, "1"), add_post(session, source, "2", author_key="a" * 64)
        for post in (removed, erased):
            review(session, add_flag(session, post), "yes", user)
        assert len(said(session)) == 2
        posts.tombstone(session, source.id, ["1"], NOW)
        posts.erase_author(session, "a" * 64, NOW)
        assert said(session) == {}


def test_copies_know_that_they_are_the_same(database: Database) -> None:
    with database.work() as session:
        source, user = add_source(session), add_user(session)
        made = [add_post(session, source, str(n), text=text) for n, text in enumerate(("a", "b", "c", "c"))]
        matching.join_clusters(session, made[0], made[1], NOW)
        for post in made:
            review(session, add_flag(session, post), "yes", user)
        first, second, third, fourth = (one.same_as for one in decisions.label_decisions(session))
        assert first == second != third == fourth


def test_decisions_come_oldest_first(database: Database) -> None:
    with database.work() as session:
        source, user = add_source(session), add_user(session)
        for number, hours in enumerate((3, 1, 2)):
            review(session, add_flag(session, add_post(session, source, str(number))), "yes", user, hours)
        times: list[datetime] = [one.decided_at for one in decisions.label_decisions(session)]
        assert times == sorted(times)
        assert len(times) == 3


def test_nothing_decided_is_nothing_to_learn(database: Database) -> None:
    with database.work() as session:
        add_model(session)
        post: Post = add_post(session, add_source(session))
        add_flag(session, post)
        assert decisions.label_decisions(session) == []


def test_people_disagree_where_their_newest_sure_decisions_differ(database: Database) -> None:
    with database.work() as session:
        source = add_source(session)
        lan, minh = add_user(session, "lan"), add_user(session, "minh")
        asked, other, doubted = (add_question(session, add_post(session, source, str(n))) for n in range(3))
        reply(session, asked, "confirmed", lan)
        reply(session, asked, "rejected", minh, hours=1)
        reply(session, other, "confirmed", lan)
        reply(session, other, "rejected", minh, hours=1)
        reply(session, other, "confirmed", minh, hours=2)
        reply(session, doubted, "confirmed", lan)
        reply(session, doubted, "unsure", minh)
        (found,) = decisions.disagreements(session, 10)
        assert (found.post_id, found.label) == (asked.post_id, "concern")
        assert found.said == (("lan", "confirmed"), ("minh", "rejected"))
        flag = add_flag(session, other.post, "concern")
        review(session, flag, "no", lan, hours=3)
        assert [one.post_id for one in decisions.disagreements(session, 10)] == [other.post_id, asked.post_id]
        assert len(decisions.disagreements(session, 1)) == 1


def test_a_decision_says_how_its_post_was_drawn(database: Database) -> None:
    with database.work() as session:
        source, user = add_source(session), add_user(session)
        reply(session, add_question(session, add_post(session, source, "drawn"), sampling="random"), "confirmed", user)
        review(session, add_flag(session, add_post(session, source, "flagged")), "no", user)
        assert [one.sampling for one in decisions.label_decisions(session)] == ["random", None]
