"""The place of open flags in the queue follows copies, reactions, evidence and decisions."""

from datetime import datetime, timedelta
from random import Random
from typing import TypeVar

import pytest
from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from monitor.flag_value import lasting_worth, reach
from monitor.pipeline import flag_places
from monitor.pipeline.flag_places import place_open_flags
from storage import day_plans, flag_queue, flags, matching, posts, reviews
from storage.database import Database
from storage.day_plans import Candidate
from storage.flag_queue import Order
from storage.flags import Move
from storage.models import Base, Evidence, Flag, Post, QueueChange, Source
from tests.clock import MONDAY_MORNING as NOW
from tests.factories import add_flag, add_post, add_source, add_user, make_post

Row = TypeVar("Row", bound=Base)


def order_of(database: Database, order: Order = Order.WORTH) -> list[int]:
    with database.work() as session:
        return [flag.id for flag in flag_queue.listed(session, order=order).flags]


def test_copies_move_a_flag_forward(database: Database) -> None:
    with database.work() as session:
        forum, board = add_source(session), add_source(session, "bảng tin")
        likely = add_flag(session, add_post(session, forum, "1"), probability=0.9).id
        copied = add_flag(session, add_post(session, forum, "2"), probability=0.7).id
        matching.join_clusters(session, session.get_one(Post, 2), add_post(session, board, "3"), NOW)
        session.commit()
    assert order_of(database) == [likely, copied]
    assert place_open_flags(database) == 1
    assert order_of(database) == order_of(database, Order.REACH) == [copied, likely]
    assert place_open_flags(database) == 0, "nothing has changed since"


def test_a_source_that_is_often_wrong_goes_back(database: Database) -> None:
    with database.work() as session:
        wrong, other, lan = add_source(session), add_source(session, "bảng tin"), add_user(session)
        for number in range(10):
            flag = add_flag(session, add_post(session, wrong, f"{number}"))
            reviews.decide(session, flag, reviewer_id=lan.id, decision="no", note="", now=NOW)
        last = add_flag(session, add_post(session, wrong, "x"), probability=0.9).id
        first = add_flag(session, add_post(session, other, "y"), probability=0.8).id
        session.commit()
    place_open_flags(database)
    assert order_of(database) == [first, last]


def test_decided_flags_stay_as_they_were(database: Database) -> None:
    with database.work() as session:
        flag = add_flag(session, add_post(session, add_source(session)))
        reviews.decide(session, flag, reviewer_id=add_user(session).id, decision="no", note="", now=NOW)
        flag.worth = -1.0
        session.commit()
    assert place_open_flags(database) == 0


def test_flags_of_all_pages_are_placed(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flag_places, "AT_ONCE", 2)
    with sqlite_database.work() as session:
        source = add_source(session)
        for number in range(5):
            add_flag(session, add_post(session, source, f"{number}")).worth = -1.0
        session.commit()
    assert place_open_flags(sqlite_database) == 5
    assert place_open_flags(sqlite_database) == 0


def test_evidence_that_has_nothing_to_do_with_a_claim_does_not_count(database: Database) -> None:
    with database.work() as session:
        claim = add_post(session, add_source(session), text="Nghe nói từ thứ hai các ngân hàng ngừng cho rút tiền")
        add_flag(session, claim, "unverified")
        note = add_post(session, add_source(session, "báo", role="reference"), "2")
        matching.suggest_evidence(session, claim.id, {note.id: 0.5}, NOW)
        session.commit()
    assert place_open_flags(database) == 1
    with database.work() as session:
        found = session.scalars(select(Evidence)).one()
        matching.mark_evidence(session, found.id, "unrelated", user_id=add_user(session).id, now=NOW)
        session.commit()
    assert place_open_flags(database) == 1


@pytest.mark.parametrize("seed", range(4))
def test_what_changes_is_placed_as_if_all_were_placed_anew(
    database: Database, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Whatever was done to posts, clusters, evidence and decisions, in any order."""
    monkeypatch.setattr(flag_places, "AT_ONCE", 7)
    monkeypatch.setattr(flag_places, "CHANGES_AT_ONCE", 20)
    doing = Work(database, seed)
    for step in range(60):
        doing.something()
        if step % 9 == 8:
            place_open_flags(database)
            assert doing.misplaced() == []
    with database.work() as session:
        assert len(session.scalars(select(QueueChange)).all()) < 20, "only of what was done since"


class Work:
    """Does what people and programs do to a database, drawn by a seed."""

    def __init__(self, database: Database, seed: int) -> None:
        self._database, self._random, self._count = database, Random(seed), 0  # noqa: S311  no secret
        with database.work() as session:
            kinds = ("feed", "mastodon", "import")
            self._sources = [add_source(session, kind, kind=kind).id for kind in kinds]
            self._notes = add_source(session, "báo", role="reference").id
            self._lan = add_user(session).id
            session.commit()

    def something(self) -> None:
        deeds = (self._post, self._post, self._post, self._react, self._copy, self._prove, self._mark, self._decide)
        with self._database.work() as session:
            self._random.choice((*deeds, self._decide, self._undo, self._edit, self._forget))(session)
            session.commit()

    def misplaced(self) -> list[int]:
        """List the open flags that stand elsewhere than weighing all of them would place them."""
        with self._database.work() as session:
            stored = {flag.id: (flag.reach, flag.worth) for flag in session.scalars(select(Flag))}
            usual = day_plans.usual_dates(session, self._sources)
            measured = day_plans.measured(session, self._sources)
            found = day_plans.open_flags(session, usual, list(stored))
            return [
                one.flag_id
                for one in found
                if stored[one.flag_id] != pytest.approx((reach(one), lasting_worth(one, measured)), abs=1e-5)
            ]

    def _any(self, session: Session, kind: type[Row], *conditions: ColumnElement[bool]) -> Row | None:
        found = session.scalars(select(kind).where(*conditions)).all()
        return self._random.choice(found) if found else None

    def _post(self, session: Session) -> None:
        self._count += 1
        source = session.get_one(Source, self._random.choice(self._sources))
        dated = self._random.choice((None, NOW - timedelta(days=self._random.randrange(60))))
        post = add_post(session, source, f"{self._count}", published_at=dated, author_key=f"{self._count % 4}")
        if self._random.random() < 0.8:
            add_flag(session, post, self._random.choice(("concern", "unverified")), self._random.choice((0.6, 0.9)))

    def _react(self, session: Session) -> None:
        if post := self._any(session, Post):
            draft = make_post(post.external_id, engagement={"likes": self._random.randrange(50)})
            posts.record(session, post.source_id, [draft])

    def _edit(self, session: Session) -> None:
        if flag := self._any(session, Flag):
            post = session.get_one(Post, flag.post_id)
            draft = make_post(post.external_id, f"sửa {self._random.random()}", author_key=post.author_key)
            posts.record(session, post.source_id, [draft])
            add_flag(session, post, flag.label, 0.7)

    def _copy(self, session: Session) -> None:
        one, other = self._any(session, Post), self._any(session, Post)
        if one and other and one.id != other.id:
            matching.join_clusters(session, one, other, NOW)

    def _prove(self, session: Session) -> None:
        if flag := self._any(session, Flag, Flag.label == "unverified"):
            self._count += 1
            note = add_post(session, session.get_one(Source, self._notes), f"{self._count}", author_key="báo")
            matching.suggest_evidence(session, flag.post_id, {note.id: 0.5}, NOW)

    def _mark(self, session: Session) -> None:
        if found := self._any(session, Evidence):
            state = self._random.choice(("supports", "refutes", "unrelated"))
            matching.mark_evidence(session, found.id, state, user_id=self._lan, now=NOW)

    def _decide(self, session: Session) -> None:
        if flag := self._any(session, Flag):
            decisions = ("no_source", "not_a_claim") if flag.label == "unverified" else ("no",)
            decision = self._random.choice((*decisions, "reopened"))
            reviews.decide(session, flag, reviewer_id=self._lan, decision=decision, note="", now=NOW)

    def _undo(self, session: Session) -> None:
        if last := reviews.last_of(session, self._lan):
            reviews.undo(session, last, reviewer_id=self._lan, now=NOW)

    def _forget(self, session: Session) -> None:
        posts.delete_by_author(session, self._random.choice(("0", "1", "2", "3", "báo")), NOW)


def test_undated_posts_of_a_file_are_as_old_as_its_others(database: Database) -> None:
    dated = [NOW - timedelta(weeks=weeks) for weeks in (100, 90, 10)]
    with database.work() as session:
        file, forum = add_source(session, "tệp", kind="import"), add_source(session)
        for number, moment in enumerate(dated):
            add_flag(session, add_post(session, file, f"{number}", published_at=moment))
        undated = add_flag(session, add_post(session, file, "không ngày", published_at=None)).id
        other = add_flag(session, add_post(session, forum, "không ngày", published_at=None)).id
        session.commit()
        usual = day_plans.usual_dates(session, [file.id, forum.id])
        assert usual == {file.id: dated[1]}
        when = {one.flag_id: one.when for one in day_plans.open_flags(session, usual, range(1, 10))}
    assert when[undated] == dated[1]
    assert when[other] > dated[2], "what is crawled is as old as its collection"


def test_a_flag_that_somebody_is_deciding_does_not_hold_it_up(postgres_database: Database) -> None:
    with postgres_database.work() as session:
        for number in range(2):
            add_flag(session, add_post(session, add_source(session, f"n{number}"))).worth = -1.0
        session.commit()
    with postgres_database.work() as deciding:
        deciding.get_one(Flag, 1).lease_owner = "user:1"
        deciding.flush()
        place_open_flags(postgres_database)
        deciding.rollback()
    with postgres_database.work() as session:
        assert session.get_one(Flag, 1).worth == -1.0
        assert session.get_one(Flag, 2).worth > 0
    assert place_open_flags(postgres_database) == 1, "it comes to its turn afterwards"


def test_a_place_that_was_stored_meanwhile_stays(database: Database) -> None:
    with database.work() as session:
        flag_id = add_flag(session, add_post(session, add_source(session))).id
        stored = session.get_one(Flag, flag_id)
        old = stored.reach, stored.worth
        session.commit()
    with database.work() as session:
        session.execute(update(Flag).values(worth=9.0))
        assert flags.place_in_queue(session, {flag_id: Move(old, (2.0, 3.0))}) == set()
        assert flags.place_in_queue(session, {flag_id: Move((old[0], 9.0), (2.0, 3.0))}) == {flag_id}


def test_the_stored_number_keeps_the_order_of_worth_as_it_falls_by_half_each_week() -> None:
    def one(probability: float, age: int, copies: int) -> Candidate:
        return Candidate(
            flag_id=1, label="concern", probability=probability, same_as="hash:1", source_id=1, copies=copies,
            sources=1, engagement={}, has_evidence=False, characters=100, when=NOW - timedelta(days=age),
        )  # fmt: skip

    def worth(one: Candidate, now: datetime) -> float:
        return one.probability * reach(one) * float(0.5 ** ((now - one.when) / timedelta(days=7)))

    found = [one(probability, age, copies) for probability in (0.5, 0.9) for age in (0, 3, 9) for copies in (1, 4)]
    by_number = sorted(found, key=lambda each: lasting_worth(each, {}))
    for later in (NOW, NOW + timedelta(days=10)):
        assert by_number == sorted(found, key=lambda each: worth(each, later))
