"""What people are sure about: the newest decision on a version of a post, from reviews and answers together."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from storage.database import Database
from storage.models import Flag, Post, Question, User
from storage.posts import posts
from storage.review import decisions, questions, reviews
from storage.scoring import matching
from tests.clock import MONDAY_MORNING
from tests.factories import add_flag, add_model, add_post, add_source, add_user, make_post
from tests.storage.sample_questions import add_question

NOW = MONDAY_MORNING
Said = tuple[str, bool, int, str]  # one of PEOPLE, of which of two posts, a version of it, and what was said
PEOPLE = ("lan", "minh", "tú")
REPLIES = {"confirmed": True, "rejected": False}
SAYINGS = ("yes", "no", "unsure", "reopened", "withdrawn", "confirmed", "rejected")


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


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    said=st.lists(
        st.tuples(st.sampled_from(PEOPLE), st.booleans(), st.integers(0, 1), st.sampled_from(SAYINGS)), max_size=16
    )
)
@example([("lan", True, 0, "yes"), ("minh", True, 0, "reopened"), ("minh", True, 0, "no")])
@example([("lan", False, 0, "yes"), ("minh", False, 0, "rejected"), ("lan", False, 1, "no")])
@example([("lan", True, 0, "yes"), ("minh", True, 0, "no"), ("minh", True, 0, "withdrawn")])
def test_people_disagree_where_a_plain_count_of_all_decisions_says_so(database: Database, said: Sequence[Said]) -> None:
    with database.work() as session:
        source = add_source(session)
        people = {name: add_user(session, name) for name in PEOPLE}
        first, second = (add_post(session, source, each) for each in "12")
        asked = add_question(session, first, "concern")
        flagged = [add_flag(session, post) for post in (first, second)]
        for hours, (name, is_second, version, decision) in enumerate(said):
            flag = flagged[is_second]
            flag.revision_number = version
            if decision in REPLIES:
                asked.revision_number = version
                reply(session, asked, decision, people[name], hours)
            elif decision != "withdrawn":
                review(session, flag, decision, people[name], hours)
            elif last := reviews.last_of(session, people[name].id):
                reviews.undo(session, last, reviewer_id=people[name].id, now=NOW + timedelta(hours=hours))
        found = decisions.disagreements(session, 100)
        assert [(one.post_id, dict(one.said)) for one in found] == disputed(session, flagged, asked)
        session.rollback()


def disputed(session: Session, flagged: Sequence[Flag], asked: Question) -> list[tuple[int, dict[str, str]]]:
    """Compare what each person said last of each version of each post, the newest dispute first."""
    found = []
    for flag in flagged:
        history = reviews.history(session, flag.id)
        gone = {row.withdraws for row, _ in history}
        standing = [(row, name) for row, name in history if row.decision != "withdrawn" and row.id not in gone]
        both = [(row.decided_at, row.revision_number, name, row.decision) for row, name in standing]
        if flag.post_id == asked.post_id:  # an answer is about the version of its question
            replies = questions.answers_of(session, asked.id)
            both += [(row.decided_at, asked.revision_number, name, row.decision) for row, name in replies]
        for version in (0, 1):
            last = {name: (at, decision) for at, number, name, decision in sorted(both) if number == version}
            sure = {name: decision for name, (_, decision) in last.items() if decision in {*REPLIES, "yes", "no"}}
            if len({decision in {"yes", "confirmed"} for decision in sure.values()}) > 1:
                found.append((max(at for at, _ in last.values()), flag.post_id, sure))
    return [(post_id, sure) for _, post_id, sure in sorted(found, key=lambda one: one[:2], reverse=True)]


def test_a_decision_says_how_its_post_was_drawn(database: Database) -> None:
    with database.work() as session:
        source, user = add_source(session), add_user(session)
        reply(session, add_question(session, add_post(session, source, "drawn"), sampling="random"), "confirmed", user)
        review(session, add_flag(session, add_post(session, source, "flagged")), "no", user)
        assert [one.sampling for one in decisions.label_decisions(session)] == ["random", None]
