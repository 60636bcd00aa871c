"""What a desk shows beside posts and flags: copies, reactions, decisions of a year, matters, readings.

All of it is drawn with a seed and written past the functions of the program, which would take an hour for so many rows.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random
from typing import Any, Final

from sqlalchemy import Table, bindparam, func, insert, select, text, update
from sqlalchemy.orm import Session

from classifiers.labels import label_named
from monitor.scoring.flag_value import place_open_flags, reach, worth_of
from storage.accounts import users
from storage.database import Database
from storage.models import Base, Cluster, Flag, Matter, MatterEvent, MatterPost, Post, Review
from storage.posts import sources
from storage.review.places import Candidate
from storage.search import saved_searches
from tests.benchmarks.desk_server import add_reviewers
from tests.benchmarks.varied_posts import analyse

SEED: Final = 17
PEOPLE: Final = ("một", "hai", "ba", "bốn", "năm")
AT_ONCE: Final = 5_000
COPIED_EVERY: Final = 200  # posts of which one has copies, among those that follow it
MOST_COPIES: Final = 20
WITH_REACTIONS: Final = 0.3
RUNS_OF_EACH: Final = 200
DECISION_OF: Final = {"confirmed": "yes", "rejected": "no", "unsure": "unsure"}
CLAIM_DECISION_OF: Final = {"confirmed": "no_source", "rejected": "not_a_claim", "unsure": "unsure"}


def add_desk_rows(database: Database, now: datetime) -> None:
    """Add all of it to a database with posts and flags, and place the open flags in the queue.

    Args:
        database: One that `varied_posts.store` filled.
        now: The present time, UTC; nothing was decided later.

    """
    random = Random(SEED)  # noqa: S311  no secret
    add_reviewers(database, PEOPLE)
    with database.changes() as session:
        people = [users.by_name(session, name).id for name in PEOPLE]
        for name in PEOPLE[:3]:
            words = {"q": "lương", "label": "concern"}
            saved_searches.save(session, people[0], page="search", name=f"của {name}", query=words, now=now)
        _add_clusters(session, random, now)
        _add_reactions(session, random)
        _place(session, now)
        _add_decisions(session, random, people, now)
        _add_runs(session, random, now)
    place_open_flags(database, now)
    analyse(database)


def _add_clusters(session: Session, random: Random, now: datetime) -> None:
    newest = session.scalar(select(Post.id).order_by(Post.id.desc()).limit(1)) or 0
    rows = [
        {"cluster": number, "first": first, "last": min(newest, first + random.randrange(1, MOST_COPIES))}
        for number, first in enumerate(range(1, newest + 1, COPIED_EVERY), 1)
    ]
    _insert(session, Cluster, ({"id": row["cluster"], "created_at": now} for row in rows))
    joining = update(Post).where(Post.id.between(bindparam("first"), bindparam("last")))
    session.connection().execute(joining.values(cluster_id=bindparam("cluster")), rows)


def _add_reactions(session: Session, random: Random) -> None:
    flagged = session.scalars(select(Flag.post_id).order_by(Flag.post_id)).all()
    rows = [
        {"post": post_id, "counts": {"likes": int(random.paretovariate(1)), "shares": random.randrange(4)}}
        for post_id in flagged
        if random.random() < WITH_REACTIONS
    ]
    changing = update(Post).where(Post.id == bindparam("post")).values(engagement=bindparam("counts"))
    for some in _batches(iter(rows)):
        session.connection().execute(changing, some)


def _place(session: Session, now: datetime) -> None:
    """Place each flag in the queue as it is when it is opened; decided ones keep that place."""
    query = select(
        *(Flag.id.label("flag_id"), Flag.label, Flag.probability, Flag.dated.label("when")),
        *(Post.source_id, Post.engagement, func.length(Post.text).label("characters")),
    )
    placing = update(Flag).where(Flag.id == bindparam("flag"))
    placing = placing.values(reach=bindparam("new_reach"), worth=bindparam("new_worth"))
    rows = session.execute(query.join(Post, Post.id == Flag.post_id)).mappings().all()
    alone = (Candidate(**row, copies=1, sources=1, has_evidence=False) for row in rows)
    placed = ({"flag": one.flag_id, "new_reach": reach(one), "new_worth": worth_of(one, {}, now)} for one in alone)
    for some in _batches(placed):
        session.connection().execute(placing, some)


def _add_decisions(session: Session, random: Random, people: Sequence[int], now: datetime) -> None:
    decided = session.execute(
        select(Flag.id, Flag.label, Flag.state, Flag.opened_at, Flag.post_id, Flag.source_id, Flag.dated)
        .where(Flag.state != "open")
        .order_by(Flag.opened_at)
    ).all()
    reviews, told = list[Review](), list[tuple[Review, Any]]()
    for number, flag in enumerate(decided, 1):
        latest = now - timedelta(minutes=random.randrange(60 * 24 * 28))
        decision = (CLAIM_DECISION_OF if flag.label == "unverified" else DECISION_OF)[flag.state]
        review = Review(
            id=number,
            flag_id=flag.id,
            reviewer_id=random.choice(people),
            decision=decision,
            note="",
            evidence=[],
            revision_number=0,
            decided_at=min(flag.opened_at + timedelta(hours=random.randrange(1, 72)), latest).astimezone(UTC),
        )
        if decision in label_named(flag.label).open_matter:
            told.append((review, flag))
        reviews.append(review)
    _insert(session, Review, map(_columns, reviews))
    _add_matters(session, random, told)
    if session.get_bind().dialect.name != "sqlite":
        for table in ("clusters", "reviews", "matters", "matter_events", "matter_posts"):
            session.execute(text(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))"))  # noqa: S608


def _add_matters(session: Session, random: Random, told: Sequence[tuple[Review, Any]]) -> None:
    """Open a matter by each decision that says so; most of them were settled at once."""
    matters, events, posts = list[Matter](), list[MatterEvent](), list[MatterPost]()
    for number, (review, flag) in enumerate(told, 1):
        label, at = label_named(flag.label), review.decided_at
        verdict = review.decision if label.is_claim else None
        kinds = ("opened", "settled") if random.random() < 0.9 else ("opened",)
        matter = Matter(id=number, kind=label.matter_kind, label=flag.label, topic="wages", place="", sentence="")
        matter.state, matter.verdict, matter.version = ("settled" if len(kinds) > 1 else "open"), verdict, len(kinds)
        matter.opened_by, matter.opened_at, matter.changed_at = review.reviewer_id, at, at
        matter.counts_at = matter.first_at = matter.last_at = flag.dated
        matters.append(matter)
        opened = len(events) + 1
        for kind in kinds:
            by = {"user_id": review.reviewer_id, "kind": kind, "at": at, "note": "", "passed_to": ""}
            event = MatterEvent(id=len(events) + 1, matter_id=number, **by)
            if kind == "opened":
                event.verdict, event.topic, event.place, event.review_id = verdict, "wages", "", review.id
            events.append(event)
        post = MatterPost(id=number, matter_id=number, post_id=flag.post_id, role="first", joined_by=opened)
        post.publisher, post.dated, post.counted = f"feed:{flag.source_id}", flag.dated, True
        posts.append(post)
    for table, rows in ((Matter, matters), (MatterEvent, events), (MatterPost, posts)):
        _insert(session, table, map(_columns, rows))


def _columns(row: Base) -> dict[str, Any]:
    return {column.name: getattr(row, column.name) for column in row.__table__.columns}


def _add_runs(session: Session, random: Random, now: datetime) -> None:
    for source in sources.all_sources(session):
        for number in range(RUNS_OF_EACH):
            at = now - timedelta(hours=RUNS_OF_EACH - number)
            run = sources.start_run(session, source.id, at)
            counts = {"seen": 40, "new": random.randrange(9), "changed": 1, "gone": 0}
            sources.close_run(session, run.id, now=at, outcome="ok", counts=counts, skipped={})


def _insert(session: Session, model: type[Base], rows: Iterator[dict[str, Any]]) -> None:
    table = model.__table__
    assert isinstance(table, Table)
    for some in _batches(rows):
        session.connection().execute(insert(table), some)


def _batches(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while some := list(islice(rows, AT_ONCE)):
        yield some
