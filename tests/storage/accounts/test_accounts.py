"""Sessions, second factors and invitations, on both databases: each code and each link counts once, also in a race."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.accounts import invitations, second_factors, sessions, users
from storage.database import Database
from storage.models import Invitation, User, UserSession
from tests.clock import MONDAY_MORNING
from tests.factories import add_user

NOW = MONDAY_MORNING
FIRST = "a"


def race(tries: int, act: Callable[[int], bool]) -> int:
    """Do the same from several threads at once; count how many succeeded."""
    with ThreadPoolExecutor(tries) as crowd:
        return sum(crowd.map(act, range(tries)))


def start(database: Database, token: str = FIRST, user: str = "lan") -> tuple[int, int]:
    """Sign somebody in; give the numbers of user and session."""
    with database.changes() as session:
        found = session.scalar(select(User).where(User.name == user)) or add_user(session, user)
        row = sessions.start(
            session,
            user_id=found.id,
            token_hash=token,
            stage="full",
            now=NOW,
            address="192.0.2.7" * 20,
            agent="x" * 999,
        )
        return found.id, row.id


def is_live(database: Database, token: str = FIRST, after: timedelta = timedelta(0)) -> bool:
    with database.work() as session:
        return sessions.live(session, token, NOW + after) is not None


def test_a_session_goes_on_for_half_an_hour_and_with_requests_for_twelve(database: Database) -> None:
    start(database)
    assert is_live(database, after=timedelta(minutes=29))
    assert not is_live(database, after=timedelta(minutes=30))
    with database.changes() as session:
        row = session.scalars(select(UserSession)).one()
        assert (len(row.address), len(row.agent)) == (64, 200), "what strangers send of themselves is cut"
        row.seen_at = NOW + timedelta(hours=11, minutes=50)
    assert is_live(database, after=timedelta(hours=11, minutes=59))
    assert not is_live(database, after=timedelta(hours=12))


def test_a_session_ends_alone_or_with_all_of_its_user(database: Database) -> None:
    lan, first = start(database, "a")
    _, second = start(database, "b")
    minh, _ = start(database, "c", "minh")
    with database.changes() as session:
        assert not sessions.end(session, first, NOW, user_id=minh)
        assert sessions.end(session, first, NOW, user_id=lan)
        assert not sessions.end(session, first, NOW)
    assert [is_live(database, token) for token in "abc"] == [False, True, True]
    with database.changes() as session:
        assert sessions.end_all(session, lan, NOW, but=second) == 0
        assert sessions.end_all(session, lan, NOW) == 1
        assert [row.user.name for row in sessions.listed(session, NOW)] == ["minh"]


def test_a_new_password_ends_sessions_and_invitations_and_lets_nobody_in_again(database: Database) -> None:
    lan, _ = start(database)
    with database.work() as session:
        invitations.add(session, lan, "link", NOW)
        user = users.by_id(session, lan)
        user.active = False
        assert users.set_password(session, user, "another hash", NOW) == 1
        session.commit()
        assert not user.active
        assert invitations.open_one(session, "link", NOW) is None


def test_a_code_is_taken_by_one_of_eight(database: Database) -> None:
    with database.changes() as session:
        lan = add_user(session).id
        second_factors.enrol(session, lan, seed="seed", step=100, code_hashes=["one", "two"], now=NOW)

    def take_step(_: int) -> bool:
        with database.changes() as session:
            return second_factors.take_step(session, lan, 101)

    def take_code(_: int) -> bool:
        with database.changes() as session:
            return second_factors.take_recovery_code(session, lan, "one")

    assert race(8, take_step) == 1
    assert race(8, take_code) == 1
    with database.work() as session:
        assert not second_factors.take_step(session, lan, 100)
        assert second_factors.codes_left(session, lan) == 1
        second_factors.forget(session, users.by_id(session, lan))
        session.commit()
        assert second_factors.codes_left(session, lan) == 0
        assert session.get_one(User, lan).totp_seed is None


def test_an_invitation_is_used_by_one_of_eight(database: Database) -> None:
    with database.changes() as session:
        invitations.add(session, add_user(session).id, "link", NOW)

    def use(_: int) -> bool:
        with database.changes() as session:
            return invitations.use(session, session.scalars(select(Invitation)).one(), NOW)

    assert race(8, use) == 1


def test_a_later_invitation_takes_the_place_of_the_earlier_one(session: Session) -> None:
    lan = add_user(session).id
    invitations.add(session, lan, "old", NOW)
    invitations.add(session, lan, "new", NOW)
    session.commit()
    assert invitations.open_one(session, "old", NOW) is None
    assert invitations.open_one(session, "new", NOW + timedelta(days=2)) is not None
    assert invitations.open_one(session, "new", NOW + timedelta(days=3)) is None


def test_what_belongs_to_an_account_goes_with_it(database: Database) -> None:
    lan, _ = start(database)
    with database.work() as session:
        invitations.add(session, lan, "link", NOW)
        session.commit()
        session.delete(session.get_one(User, lan))
        session.commit()
        for table in (UserSession, Invitation):
            assert session.scalars(select(table)).all() == []
