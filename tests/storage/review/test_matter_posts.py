"""Which posts belong to a matter: those decided, their copies, those that people join, split off, and merge."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.errors import DataRejected
from storage.figures import report_matters
from storage.figures.report_counts import Period
from storage.models import Matter, MatterPost, Post
from storage.review import matter_copies, matter_steps, matters, reviews
from storage.review.matter_steps import Step
from storage.scoring import matching
from tests.clock import MONDAY_MORNING as NOW
from tests.factories import add_flag, add_post, add_source, add_user, decide, matter_of
from tests.storage.copies import add_copies
from tests.storage.review.made_matters import as_derived, confirm, confirmed, kinds, later_copy, told_in


def test_copies_that_are_there_belong_to_the_matter_at_once(session: Session) -> None:
    lan = add_user(session)
    first, second, third, otherwise = add_copies(session, 4)
    decide(session, otherwise, "no", lan)
    matter = confirm(session, first, lan)
    assert told_in(session, matter) == [first.post_id, second.post_id, third.post_id]
    assert confirm(session, second, lan) is matter
    reviews.undo(session, reviews.last_of(session, lan.id), reviewer_id=lan.id, now=NOW)
    assert told_in(session, matter) == [first.post_id, second.post_id, third.post_id]
    decide(session, third, "no", lan)
    assert told_in(session, matter) == [first.post_id, second.post_id]
    confirm(session, first, lan)
    assert told_in(session, matter) == [first.post_id, second.post_id], "what was said of the third stands"
    as_derived(session)


def test_a_copy_that_comes_later_belongs_to_the_matter_and_brings_it_back_once(session: Session) -> None:
    lan = add_user(session)
    (first,) = add_copies(session, 1)
    matter = confirm(session, first, lan)
    matter_steps.take_step(session, matter, Step(kind="settled"), user_id=lan.id, now=NOW)
    assert matters.listed(session) == []
    second, third = later_copy(session, first), later_copy(session, first, "last")
    assert matter_copies.follow_copies(session, [second.post_id], NOW) == 1
    assert matter_copies.confirm_followers(session) == 1
    session.expire_all()
    assert [flag.state for flag in (first, second, third)] == ["confirmed", "confirmed", "open"]
    assert matters.listed(session) == [matter]
    assert matter_copies.follow_copies(session, [third.post_id], NOW) == 1
    assert matter_copies.follow_copies(session, [second.post_id, third.post_id], NOW) == 0, "they belong to it already"
    assert kinds(session, matter) == ["opened", "settled", "copied", "returned", "copied"]
    (count,) = {report_matters.counts_of(session, Period(NOW, NOW + timedelta(days=1)), "grievance").returned}
    assert count == 1
    matter_steps.take_step(session, matter, Step(kind="answered"), user_id=lan.id, now=NOW)
    assert matter.state == "answered"
    as_derived(session)


def test_what_turned_out_to_be_true_does_not_come_back(session: Session) -> None:
    lan = add_user(session)
    (first,) = add_copies(session, 1, "unverified")
    decide(session, first, "no_source", lan)
    rumour = matter_of(session, first)
    judged = Step(kind="judged", verdict="borne_out")
    matter_steps.take_step(session, rumour, judged, user_id=lan.id, now=NOW)
    assert rumour.state == "settled"
    second = later_copy(session, first)
    matter_copies.follow_copies(session, [second.post_id], NOW)
    assert (rumour.state, told_in(session, rumour)) == ("settled", [first.post_id, second.post_id])


def test_a_decision_is_taken_back_with_all_that_followed_from_it(session: Session) -> None:
    lan = add_user(session)
    (first,) = add_copies(session, 1)
    matter = confirm(session, first, lan)
    second = later_copy(session, first)
    matter_copies.follow_copies(session, [second.post_id], NOW)
    matter_copies.confirm_followers(session)
    session.refresh(second)
    assert second.state == "confirmed"
    reviews.undo(session, reviews.last_of(session, lan.id), reviewer_id=lan.id, now=NOW)
    for flag in (first, second):
        session.refresh(flag)
        assert flag.state == "open"
    assert (matter.state, told_in(session, matter)) == ("withdrawn", [])
    assert matters.listed(session) == []
    with pytest.raises(DataRejected, match="is withdrawn"):
        matter_steps.take_step(session, matter, Step(kind="answered"), user_id=lan.id, now=NOW)
    assert confirm(session, second, lan) is not matter
    as_derived(session)


def test_a_matter_stands_as_long_as_somebody_says_so_of_a_post(session: Session) -> None:
    lan, minh = add_user(session), add_user(session, "minh")
    first, second = add_copies(session, 2)
    matter = confirm(session, first, lan)
    confirm(session, second, minh)
    reviews.undo(session, reviews.last_of(session, lan.id), reviewer_id=lan.id, now=NOW)
    assert (matter.state, told_in(session, matter)) == ("open", [second.post_id])
    as_derived(session)


def test_a_copy_that_was_decided_with_another_leaves_when_its_decision_goes_alone(session: Session) -> None:
    lan, minh = add_user(session), add_user(session, "minh")
    first, second = add_copies(session, 2)
    own = decide(session, first, "yes", lan)
    matter = matter_of(session, first)
    reviews.decide_copy(session, second, own, matter, now=NOW)
    assert told_in(session, matter) == [first.post_id, second.post_id]
    decide(session, first, "reopened", minh)
    confirm(session, first, minh)
    reviews.undo(session, own, reviewer_id=lan.id, now=NOW)
    assert [flag.state for flag in (first, second)] == ["confirmed", "open"]
    assert told_in(session, matter) == [first.post_id]
    as_derived(session)


def test_a_decision_that_denies_it_takes_a_post_out_and_is_taken_back(session: Session) -> None:
    lan = add_user(session)
    flag = add_flag(session, add_post(session, add_source(session)))
    matter = confirm(session, flag, lan)
    decide(session, flag, "no", lan)
    assert (matter.state, matters.of_post(session, flag.post_id, "concern")) == ("withdrawn", None)
    reviews.undo(session, reviews.last_of(session, lan.id), reviewer_id=lan.id, now=NOW)
    assert (matter.state, flag.state, matter_of(session, flag)) == ("open", "confirmed", matter)


def test_posts_are_joined_with_their_copies_and_that_is_taken_back(session: Session) -> None:
    lan = add_user(session)
    matter = confirmed(session, lan)
    first, second = add_copies(session, 2, "unverified")
    event = matter_steps.join(session, matter, [first.post], user_id=lan.id, now=NOW)
    joined = told_in(session, matter)
    assert joined[1:] == [first.post_id, second.post_id]
    with pytest.raises(DataRejected, match="already"):
        matter_steps.join(session, matter, [second.post], user_id=lan.id, now=NOW)
    matter_steps.undo(session, matter, event.id, user_id=lan.id, now=NOW)
    assert told_in(session, matter) == joined[:1]
    with pytest.raises(DataRejected, match="cannot be taken back"):
        matter_steps.undo(session, matter, event.id, user_id=lan.id, now=NOW)
    as_derived(session)


def test_a_joined_post_is_nothing_to_decide_until_it_leaves(session: Session) -> None:
    lan = add_user(session)
    matter = confirmed(session, lan)
    other = add_flag(session, add_post(session, session.scalars(select(Post)).one().source, "2"))
    matter_steps.join(session, matter, [other.post], user_id=lan.id, now=NOW)
    matter_copies.confirm_followers(session)
    session.refresh(other)
    assert other.state == "confirmed"
    matter_steps.split(session, matter, [other.post], user_id=lan.id, now=NOW, anew=False)
    session.refresh(other)
    assert other.state == "open"
    assert matter_copies.confirm_followers(session) == 0


def test_a_post_is_split_off_into_a_matter_of_its_own_and_back(session: Session) -> None:
    lan = add_user(session)
    first, second = add_copies(session, 2)
    third = add_flag(session, add_post(session, first.post.source, "none of them"))
    matter = confirm(session, first, lan)
    other = matter_steps.split(session, matter, [second.post], user_id=lan.id, now=NOW)
    assert other is not None
    assert (other.topic, other.place, other.counts_at) == ("wages", "Phường An Bình", second.post.dated)
    assert (told_in(session, matter), told_in(session, other)) == ([first.post_id], [second.post_id])
    assert matter_copies.follow_copies(session, [second.post_id], NOW) == 0, "it does not come back by itself"
    event = max(matters.undoable(session, matter.id))
    matter_steps.undo(session, matter, event, user_id=lan.id, now=NOW)
    assert (told_in(session, matter), told_in(session, other)) == ([first.post_id, second.post_id], [])
    assert (matter.state, other.state) == ("open", "withdrawn")
    as_derived(session)
    with pytest.raises(DataRejected, match="do not belong"):
        matter_steps.split(session, matter, [third.post], user_id=lan.id, now=NOW)


def test_a_matter_is_merged_into_another_and_back(session: Session) -> None:
    lan = add_user(session)
    one, two = confirmed(session, lan), confirmed(session, lan, "2")
    both = [*told_in(session, one), *told_in(session, two)]
    event = matter_steps.merge(session, two, one, user_id=lan.id, now=NOW)
    assert (two.state, two.merged_into, matters.final(session, two)) == ("merged", one.id, one)
    assert (told_in(session, one), told_in(session, two)) == (both, [])
    assert report_matters.matters_of(session, Period(two.counts_at, NOW + timedelta(days=1)), "grievance")[0].number
    assert matters.listed(session) == [one]
    with pytest.raises(DataRejected, match="is merged"):
        matter_steps.join(session, two, [session.get_one(Post, both[0])], user_id=lan.id, now=NOW)
    with pytest.raises(DataRejected, match="is merged"):
        matter_steps.merge(session, one, two, user_id=lan.id, now=NOW)
    as_derived(session)
    matter_steps.undo(session, one, event.id, user_id=lan.id, now=NOW)
    assert (two.state, two.merged_into) == ("open", None)
    assert [*told_in(session, one), *told_in(session, two)] == both
    as_derived(session)


def test_what_is_of_two_kinds_is_not_merged(session: Session) -> None:
    lan = add_user(session)
    one, two = confirmed(session, lan), confirmed(session, lan, label="unverified")
    for other in (one, two):
        with pytest.raises(DataRejected, match="cannot be merged"):
            matter_steps.merge(session, one, other, user_id=lan.id, now=NOW)


def test_a_decision_joins_the_matter_that_was_chosen(session: Session) -> None:
    lan = add_user(session)
    matter = confirmed(session, lan)
    flag = add_flag(session, add_post(session, session.scalars(select(Post)).one().source, "2"))
    decide(session, flag, "yes", lan, join_id=matter.id)
    assert session.scalars(select(Matter)).all() == [matter]
    assert len(told_in(session, matter)) == 2
    claim = add_flag(session, flag.post, "unverified")
    with pytest.raises(DataRejected, match="cannot join it"):
        decide(session, claim, "refuted", lan, join_id=matter.id)


def test_of_two_who_act_at_once_one_wins(session: Session) -> None:
    lan = add_user(session)
    matter = confirmed(session, lan)
    seen = matter.version
    locked = matter_steps.lock(session, matter.id, seen)
    matter_steps.take_step(session, locked, Step(kind="settled"), user_id=lan.id, now=NOW)
    with pytest.raises(DataRejected, match="changed meanwhile"):
        matter_steps.lock(session, matter.id, seen)


def test_a_text_that_several_feeds_of_a_site_carry_counts_once(session: Session) -> None:
    lan = add_user(session)
    feeds = [add_source(session, name, address=f"https://bao.example.vn/{name}") for name in ("tin", "xa-hoi")]
    first, second = (add_flag(session, add_post(session, feed, "1", text="nợ lương hai tháng")) for feed in feeds)
    matching.join_cluster(session, first.post, second.post, NOW)
    matter = confirm(session, first, lan)

    def reach() -> tuple[int, int]:
        session.flush()
        found = matters.reach_of(session, [matter.id])[matter.id]
        return found.posts, found.publishers

    assert reach() == (1, 1)
    event = matter_steps.split(session, matter, [first.post], user_id=lan.id, now=NOW, anew=False)
    assert event is None
    counted = session.scalars(select(MatterPost.counted).where(MatterPost.removed_by.is_(None))).all()
    assert counted == [True], "the other one counts in its place"
    matter_steps.undo(session, matter, max(matters.undoable(session, matter.id)), user_id=lan.id, now=NOW)
    assert (reach(), len(told_in(session, matter))) == ((1, 1), 2)
