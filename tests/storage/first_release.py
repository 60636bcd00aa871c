"""A database of the first release, filled by rows that are written by hand: the models know its tables no more."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, MetaData, insert

from storage.database import MIGRATIONS, Database
from tests.clock import MONDAY_MORNING as NOW

REVISION: Final = "0001_all_tables"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
_EVENT: Final = {"user_id": 1, "note": "", "at": NOW}
DEFAULTS: Final[dict[str, dict[str, Any]]] = {
    "users": {
        "name": "lan",
        "password_hash": "not-a-hash",
        "role": "lead",
        "active": True,
        "created_at": NOW,
        "recovery_codes": "",
    },
    "sources": {
        "name": "forum",
        "kind": "feed",
        "address": "https://www.forum.example.vn/feed",
        "role": "monitored",
        "settings": {},
        "interval_seconds": 1800,
        "legal_basis": "public posts",
        "retention_days": 180,
        "enabled": True,
        "created_at": NOW,
        "validators": {},
        "cursor": {},
        "failures": 0,
    },
    "models": {
        "version": "default-1",
        "data_hash": "0" * 64,
        "metrics": {},
        "thresholds": {},
        "state": "active",
        "created_at": NOW,
    },
    "clusters": {"created_at": NOW, "state": "suggested", "name": "quạt, nóng"},
    "posts": {
        "source_id": 1,
        "published_at": NOW - DAY,
        "collected_at": NOW,
        "text": "Xưởng nóng",
        "original_hash": "0" * 64,
        "engagement": {},
        "revision_number": 0,
    },
    "flags": {
        "source_id": 1,
        "label": "concern",
        "origin": "scored",
        "revision_number": 0,
        "probability": 0.9,
        "model_id": 1,
        "reasons": [],
        "state": "confirmed",
        "opened_at": NOW,
        "dated": NOW - DAY,
    },
    "reviews": {"reviewer_id": 1, "note": "", "evidence": [], "revision_number": 0, "decided_at": NOW},
    "cases": {
        "topic": "heat",
        "place": "",
        "summary": "",
        "state": "open",
        "opened_by": 1,
        "opened_at": NOW,
        "changed_at": NOW,
    },
    "case_events": {**_EVENT, "passed_to": ""},
    "corrections": {"state": "draft", "written_by": 1, "written_at": NOW, "changed_at": NOW},
    "correction_events": _EVENT,
    "thresholds": {"aim": "precision", "value": 0.8, "set_at": NOW},
    "reports": {
        "period": "2026-W46",
        "schema_version": 1,
        "created_at": NOW,
        "figures": {},
        "files": {},
        "changed": "",
        "withdrawn_why": "",
    },
}


class FirstRelease:
    """Rows of the first release, each with sensible values, so that a test names only what it is about."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._tables = MetaData()
        self._tables.reflect(connection, only=list(DEFAULTS))
        self._posts = 0
        for table in ("users", "sources", "models"):
            self.add(table)

    def add(self, table: str, **values: Any) -> int:
        """Add a row, and return its number."""
        row = insert(self._tables.tables[table]).values(DEFAULTS[table] | values)
        key = self._connection.execute(row).inserted_primary_key
        assert key is not None
        return key[0] if isinstance(key[0], int) else 0

    def post(self, **values: Any) -> int:
        """Add a post with a text of its own."""
        self._posts += 1
        unlike = {"external_id": str(self._posts), "content_hash": f"{self._posts:064}"}
        return self.add("posts", **(unlike | values))

    def copies(self, number: int) -> list[int]:
        """Add posts that are copies of one another, each published an hour after the one before."""
        cluster = self.add("clusters")
        return [self.post(cluster_id=cluster, published_at=NOW - DAY + HOUR * n) for n in range(number)]

    def flag(self, post_id: int, decision: str = "yes", **flag: Any) -> int:
        """Add a flag of a post that was decided so; `review` adds the decision."""
        label = "concern" if decision in ("yes", "no") else "unverified"
        state = {"no": "rejected", "not_a_claim": "rejected"}.get(decision, "confirmed")
        return self.add("flags", **({"post_id": post_id, "label": label, "state": state} | flag))

    def review(self, flag_id: int, decision: str = "yes", *, at: datetime = NOW, **review: Any) -> int:
        """Add a decision."""
        return self.add("reviews", flag_id=flag_id, decision=decision, decided_at=at, **review)

    def claim(self, post_id: int, decision: str, *, at: datetime = NOW, **flag: Any) -> int:
        """Add a flag of a claim with a decision, and return the flag's number."""
        number = self.flag(post_id, decision, **flag)
        self.review(number, decision, at=at)
        return number

    def case(self, post_id: int | None, *steps: dict[str, Any], at: datetime = NOW, **case: Any) -> int:
        """Add a case with the decision that opened it, and what was done since; without a post, that is deleted."""
        flag = self.flag(post_id) if post_id is not None else None
        reached = [step["kind"] for step in steps if step["kind"] in ("passed", "answered", "settled", "withdrawn")]
        case = {"state": reached[-1] if reached else "open"} | case
        number = self.add("cases", flag_id=flag, opened_at=at, changed_at=at, **case)
        review = self.review(flag, at=at, case_id=number) if flag is not None else None
        opened = {"kind": "opened", "topic": "heat", "place": case.get("place", ""), "review_id": review, "at": at}
        for step in (opened, *steps):
            self.add("case_events", case_id=number, **step)
        return number

    def correction(self, flag_id: int | None, state: str, *steps: str, at: datetime = NOW, **more: Any) -> int:
        """Add a correction: written, and an hour later each of some steps."""
        number = self.add("corrections", flag_id=flag_id, state=state, written_at=at, changed_at=at, **more)
        said = {"claim": "Ngân hàng ngừng cho rút tiền", "verdict": "false", "text": "Không đúng"}
        self.add("correction_events", correction_id=number, kind="written", at=at, **said)
        for hours, step in enumerate(steps, 1):
            self.add("correction_events", correction_id=number, kind=step, at=at + HOUR * hours)
        return number


def at_first_release(database: Database, folder: Path) -> Database:
    """Give an empty database the tables of the first release; returns it as that release knows it."""
    shutil.copytree(MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__", "000[2-9]_*"))
    url = database.url.render_as_string(hide_password=False)
    old = Database(url, migrations=folder)
    old.upgrade()
    return old


@contextmanager
def first_release(database: Database) -> Iterator[FirstRelease]:
    """Fill a database of the first release."""
    with database.engine.begin() as connection:
        yield FirstRelease(connection)


def three_cases(home: FirstRelease) -> list[int]:
    """Three copies, of which the first was settled before the second was decided; the third was passed on."""
    first, second, third = home.copies(3)
    return [
        home.case(first, {"kind": "settled", "at": NOW + HOUR}),
        home.case(second, at=NOW + 2 * HOUR),
        home.case(third, {"kind": "passed", "passed_to": "Ban", "at": NOW + 4 * HOUR}, at=NOW + 3 * HOUR),
    ]


def whole_home(home: FirstRelease) -> None:
    """Fill a home with one of everything."""
    three_cases(home)
    home.case(home.post(), {"kind": "withdrawn", "at": NOW + HOUR})
    home.case(None, {"kind": "noted", "note": "gọi lại", "back_at": NOW + DAY})
    answered = {"kind": "answered", "at": NOW + HOUR, "back_at": NOW + DAY}
    home.case(home.post(), answered, {"kind": "settled", "at": NOW + 2 * HOUR})
    first, second = home.copies(2)
    flag = home.claim(first, "refuted", summary="câu")
    home.claim(second, "no_source", at=NOW + HOUR)
    home.review(flag, "no_source", blind_to=1)
    home.correction(flag, "released", "released")
    home.correction(None, "withdrawn", "withdrawn")
    home.add("thresholds", label="negative", aim="per_day", value=20)
