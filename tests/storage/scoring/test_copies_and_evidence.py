"""Copies find each other by shared bands and become one cluster; reference posts become evidence for claims."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from classifiers.labels import CLAIM_LABELS
from storage.models import Cluster, FactCheck, Post
from storage.scoring import matching
from storage.search import search
from tests import factories
from tests.clock import MONDAY_MORNING

NOW = MONDAY_MORNING


def add_posts(session: Session, count: int) -> list[Post]:
    source = factories.add_source(session)
    return [factories.add_post(session, source, str(number)) for number in range(count)]


def count_clusters(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Cluster)) or 0


def test_posts_that_share_keys_are_candidates_and_those_that_share_most_come_first(session: Session) -> None:
    first, second, third, fourth = add_posts(session, 4)
    keys = {first.id: [11, 12, 13], second.id: [13, 24], third.id: [11, 12, 34], fourth.id: [44]}
    matching.set_bands(session, keys)
    found = {first.id: [third.id, second.id], second.id: [first.id], third.id: [first.id], fourth.id: []}
    assert matching.sharing_keys(session, keys) == found
    assert matching.sharing_keys(session, {fourth.id: []}) == {fourth.id: []}
    matching.set_bands(session, {first.id: [44]})  # an edit has other keys
    found = {first.id: [fourth.id], second.id: []}
    assert matching.sharing_keys(session, {first.id: [44], second.id: [13]}) == found
    assert matching.sharing_keys(session, {}) == {}


def test_of_a_key_the_oldest_posts_are_candidates(session: Session) -> None:
    many = [post.id for post in add_posts(session, matching.OLDEST_OF_KEY + 3)]
    matching.set_bands(session, {post_id: [7, 7 + post_id] for post_id in many})
    last = many[-1]
    assert matching.sharing_keys(session, {last: [7]}) == {last: many[: matching.OLDEST_OF_KEY]}


def test_copies_are_listed_by_date(session: Session) -> None:
    (first,) = add_posts(session, 1)
    other = factories.add_source(session, "other")
    early = factories.add_post(session, other, "early", published_at=NOW - timedelta(days=2))
    matching.join_cluster(session, first, early, NOW)
    cluster = first.cluster_id or 0
    by_date = [(copy.source, copy.dated) for copy in matching.copies_by_date(session, cluster)]
    assert by_date == [("other", NOW - timedelta(days=2)), (first.source.name, NOW)]


def test_copies_come_into_one_cluster(session: Session) -> None:
    first, second, third = add_posts(session, 3)
    assert matching.copies(session, first) == []
    assert matching.cluster_sizes(session, []) == {}
    matching.join_cluster(session, first, second, NOW)
    matching.join_cluster(session, third, first, NOW)
    assert first.cluster_id == second.cluster_id == third.cluster_id
    assert first.cluster_id is not None
    assert matching.copies(session, first) == [second, third]
    assert matching.cluster_sizes(session, [first.cluster_id]) == {first.cluster_id: 3}


def test_a_post_that_is_no_copy_stays_apart(session: Session) -> None:
    first, second, third = add_posts(session, 3)
    matching.join_cluster(session, first, second, NOW)
    matching.set_apart(session, second, NOW)
    assert matching.copies(session, first) == matching.copies(session, second) == []
    matching.join_cluster(session, second, first, NOW)
    assert first.cluster_id != second.cluster_id, "the program does not put it back"
    matching.join_cluster(session, third, first, NOW)
    assert matching.copies(session, first) == [third]


def test_a_post_stays_in_the_cluster_where_it_is(session: Session) -> None:
    one, two, three, four = add_posts(session, 4)
    matching.join_cluster(session, one, two, NOW)
    matching.join_cluster(session, three, four, NOW)
    matching.join_cluster(session, two, three, NOW)
    assert one.cluster_id == two.cluster_id != three.cluster_id == four.cluster_id
    assert count_clusters(session) == 2


def test_suggestions_are_shown_most_similar_first_and_a_later_look_replaces_them(session: Session) -> None:
    (claim,) = add_posts(session, 1)
    newspaper = factories.add_source(session, "newspaper", role="reference")
    far, near, marked = (factories.add_post(session, newspaper, name) for name in ("far", "near", "marked"))
    flag = factories.add_flag(session, claim, "unverified")
    user = factories.add_user(session, "Lan")

    def found() -> list[tuple[str, float, str]]:
        session.expire_all()
        evidence = matching.evidence_of(session, claim.id)
        return [(e.reference.external_id, e.similarity, e.state) for e in evidence]

    assert matching.claims_to_search(session, CLAIM_LABELS, 10, opened_since=None) == [claim]
    factories.suggest(session, claim.id, {far.id: 0.3, near.id: 0.8, marked.id: 0.5})
    assert found() == [("near", 0.8, "suggested"), ("marked", 0.5, "suggested"), ("far", 0.3, "suggested")]
    mark = next(e for e in matching.evidence_of(session, claim.id) if e.reference_id == marked.id)
    matching.mark_evidence(session, mark.id, "unrelated", user_id=user.id, now=NOW)
    factories.suggest(session, claim.id, {far.id: 0.9})
    assert found() == [("far", 0.9, "suggested"), ("marked", 0.5, "unrelated")]
    assert matching.claims_to_search(session, CLAIM_LABELS, 10, opened_since=NOW) == []
    session.refresh(flag)
    assert (flag.searched_at, flag.searched_among) == (NOW, 1)


def test_evidence_is_looked_for_again_for_some_time_when_something_came_in_since(session: Session) -> None:
    (claim,) = add_posts(session, 1)
    newspaper = factories.add_source(session, "newspaper", role="reference")
    item = factories.add_post(session, newspaper, "old")
    factories.add_flag(session, claim, "unverified")

    def arrives(name: str, hour: int) -> None:
        post = factories.add_post(session, newspaper, name, collected_at=NOW + timedelta(hours=hour))
        draft = search.SearchDraft(post_id=post.id, source_id=newspaper.id, dated=NOW, accented=["a"], bare=["a"])
        search.index(session, [draft])

    def waits(since: datetime = NOW) -> bool:
        assert not matching.claims_to_search(session, CLAIM_LABELS, 10, opened_since=None)
        return bool(matching.claims_to_search(session, CLAIM_LABELS, 10, opened_since=since))

    factories.suggest(session, claim.id, {}, now=NOW + timedelta(hours=1))
    assert not waits()
    arrives("new", 2)
    assert waits()
    factories.suggest(session, claim.id, {item.id: 0.5}, now=NOW + timedelta(hours=3))
    arrives("newer", 4)
    assert waits()  # a better one may have come
    assert not waits(NOW + timedelta(minutes=1))  # its flag was opened before
    arrives("check", 5)
    check = FactCheck(claim="x", verdict="Sai", bears="refutes", outlet="y")
    matching.record_fact_checks(session, newspaper.id, {"check": check})
    assert waits(NOW + timedelta(minutes=1))  # a fact-check always counts


def test_what_the_program_reads_places_a_claim_until_somebody_judged_it(session: Session) -> None:
    (claim,) = add_posts(session, 1)
    newspaper = factories.add_source(session, "newspaper", role="reference")
    near, far = (factories.add_post(session, newspaper, name) for name in ("near", "far"))
    flag = factories.add_flag(session, claim, "unverified")
    user = factories.add_user(session, "Lan")

    def priority() -> int:
        session.refresh(flag)
        return flag.priority

    for bearing, expected in (("reports", -1), ("contradicts", 1), ("unclear", 0)):
        factories.suggest(session, claim.id, {near.id: 0.8}, bearing=bearing)
        assert priority() == expected
    read = {near.id: (0.8, "contradicts"), far.id: (0.3, "reports")}
    matching.suggest_evidence(session, claim.id, CLAIM_LABELS, read, NOW, among=2)
    assert priority() == 1  # by the one that agrees best
    first, _ = matching.evidence_of(session, claim.id)
    for mark, expected in (("unrelated", -1), ("supports", -1), ("refutes", 1)):
        matching.mark_evidence(session, first.id, mark, user_id=user.id, now=NOW)
        assert priority() == expected


def test_verdicts_and_marks_place_a_claim_in_the_queue(session: Session) -> None:
    (claim,) = add_posts(session, 1)
    newspaper = factories.add_source(session, "newspaper", role="reference")
    item = factories.add_post(session, newspaper, "check")
    flag = factories.add_flag(session, claim, "unverified")
    user = factories.add_user(session, "Lan")
    factories.suggest(session, claim.id, {item.id: 0.5})

    def said(bears: str) -> int:
        draft = FactCheck(claim="x", verdict=bears, bears=bears, outlet="y")
        matching.record_fact_checks(session, newspaper.id, {"check": draft})
        session.refresh(flag)
        return flag.priority

    assert [said("unclear"), said("refutes"), said("supports")] == [0, 1, -1]
    assert matching.fact_checks_of(session, [item.id])[item.id].verdict == "supports"
    (found,) = matching.evidence_of(session, claim.id)
    for state, priority in (("refutes", 1), ("unrelated", 0), ("supports", -1)):
        marked = matching.mark_evidence(session, found.id, state, user_id=user.id, now=NOW)
        session.refresh(flag)
        assert (marked.state, flag.priority, flag.state) == (state, priority, "open")
