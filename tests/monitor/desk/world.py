"""What the tests of the desk put into its tables, and what they look up in them."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from monitor.desk.web.passwords import hash_password
from monitor.scoring.match import Matcher
from storage.accounts import users
from storage.database import Database
from storage.models import AuditEvent, Review, Source
from storage.review import flags
from storage.scoring import matching
from tests.clock import FakeClock
from tests.factories import add_flag, add_post, add_source
from tests.monitor.desk.browser import PASSWORD

AUTHOR_KEY = "5eed" * 16


@dataclass
class World:
    """The tables of a desk and its clock."""

    database: Database
    clock: FakeClock
    made: int = 0

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def add_user(self, name: str, role: str = "reviewer") -> None:
        """Add somebody who signs in with the password of all tests."""
        with self.rows() as session:
            users.add(session, name=name, password_hash=hash_password(PASSWORD), role=role, now=self.now)

    def rows(self) -> AbstractContextManager[Session]:
        """Open a unit of work that is kept when it ends well."""
        return self.database.changes()

    def flag(
        self,
        text: str = "Xưởng nóng 40 độ",
        *,
        label: str = "concern",
        probability: float = 0.87,
        reasons: Sequence[tuple[str, float]] = (("nóng", 1.5),),
        origin: str = "scored",
        **post_values: object,
    ) -> int:
        """Store a post with one flag and give the flag's number; each call makes another post."""
        self.made += 1
        values = {"author_key": AUTHOR_KEY} | post_values
        with self.rows() as session:
            source = session.scalar(select(Source).where(Source.name == "forum")) or add_source(session)
            post = add_post(session, source, f"post-{self.made}", text=text, **values)
            return add_flag(session, post, label, probability, reasons=reasons, now=self.now, origin=origin).id

    def join(self, *flag_ids: int) -> int:
        """Make the posts of flags copies of the first one's, and give the number of their cluster."""
        with self.rows() as session:
            first, *others = (flags.by_id(session, flag_id).post for flag_id in flag_ids)
            for other in others:
                matching.join_cluster(session, first, other, self.now)
            return first.cluster_id or 0

    def index(self) -> None:
        """Look for copies and evidence, and make all posts known to the search, as `kiemtin score` does."""
        Matcher(self.database, self.clock).run()

    def states(self, *flag_ids: int) -> list[str]:
        """Give the states of flags."""
        with self.rows() as session:
            return [flags.by_id(session, flag_id).state for flag_id in flag_ids]

    def count_reviews(self) -> int:
        with self.rows() as session:
            return session.scalar(select(func.count(Review.id))) or 0

    def event(self, action: str) -> AuditEvent:
        """Give the one event of an action in the audit trail."""
        with self.rows() as session:
            return session.scalars(select(AuditEvent).where(AuditEvent.action == action)).one()
