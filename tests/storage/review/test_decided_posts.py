"""What people are sure about: the newest decision on a version of a post."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from storage.models import Flag
from storage.posts import posts
from storage.review import decisions, flags
from storage.scoring import matching
from tests.clock import MONDAY_MORNING
from tests.factories import (
    add_drawn,
    add_flag,
    add_post,
    add_source,
    decide,
    make_flag,
    make_post,
)

NOW = MONDAY_MORNING


def review(session: Session, flag: Flag, decision: str = "yes", hours: int = 0) -> None:
    decide(session, flag, decision, now=NOW + timedelta(hours=hours))


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
    session: Session, taken: list[str], sure: bool | None
) -> None:
    flag = add_flag(session, add_post(session, add_source(session)))
    for hours, decision in enumerate(taken):
        review(session, flag, decision, hours)
    assert said(session) == ({} if sure is None else {(flag.post_id, "concern"): sure})


def test_a_decision_belongs_to_the_version_that_was_judged(session: Session) -> None:
    source = add_source(session)
    post = add_post(session, source, "1", text="bản cũ", title="Đầu đề")
    flag = add_flag(session, post)
    review(session, flag)
    posts.record(session, source.id, [make_post("1", "bản mới")])
    (found,) = decisions.label_decisions(session)
    assert (found.text, found.holds) == ("Đầu đề\nbản cũ", True)
    flags.open_flags(session, flag.model_id, [make_flag(post)], NOW)
    review(session, flag, "no", hours=-5)
    (found,) = decisions.label_decisions(session)
    assert (found.text, found.holds) == ("bản mới", False), "the newer version counts, whenever it was judged"


def test_posts_that_are_gone_teach_nothing(session: Session) -> None:
    source = add_source(session)
    removed, erased = add_post(session, source, "1"), add_post(session, source, "2", author_key="a" * 64)
    for post in (removed, erased):
        review(session, add_flag(session, post))
    assert len(said(session)) == 2
    posts.tombstone(session, source.id, ["1"], NOW)
    posts.erase_author(session, "a" * 64, NOW)
    assert said(session) == {}


def test_copies_know_that_they_are_the_same(session: Session) -> None:
    source = add_source(session)
    made = [add_post(session, source, str(n), text=text) for n, text in enumerate(("a", "b", "c", "c"))]
    matching.join_cluster(session, made[0], made[1], NOW)
    for post in made:
        review(session, add_flag(session, post))
    first, second, third, fourth = (one.same_as for one in decisions.label_decisions(session))
    assert first == second != third == fourth


def test_decisions_come_oldest_first_on_drawn_posts_too(session: Session) -> None:
    source = add_source(session)
    (drawn,) = add_drawn(session, add_post(session, source, "drawn"), "concern", sampling="random")
    review(session, drawn, hours=3)
    for hours in (1, 2):
        review(session, add_flag(session, add_post(session, source, str(hours))), "no", hours)
    found = decisions.label_decisions(session)
    assert [one.decided_at.hour - NOW.hour for one in found] == [1, 2, 3]
    assert found[-1].post_id == drawn.post_id
