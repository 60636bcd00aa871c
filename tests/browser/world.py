"""What the desk of the browser tests holds: something of everything that a page can show. All of it is invented."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.desk.web.passwords import hash_password
from storage.accounts import users
from storage.database import Database, added
from storage.models import Correction, Flag, Post, Report, Source
from storage.outbox import alerts, deliveries, reports
from storage.posts import sources
from storage.review import corrections, flags, matter_steps
from storage.review.matter_steps import Step
from storage.scoring import matching, registry
from storage.search import search
from tests.clock import FakeClock
from tests.examples import examples_of
from tests.factories import (
    add_drawn,
    add_flag,
    add_model,
    add_picture,
    add_post,
    add_source,
    decide,
    draft_of,
    make_correction,
    make_flag,
    make_model,
    make_score,
    matter_of,
)

PASSWORD: Final = "ba con vịt xám qua cầu"
REVIEWER, SECOND, ADMIN = "lan", "hùng", "minh"
POSTS: Final = examples_of(__file__)
FAULTS: Final = {
    "bao-dia-phuong": "cannot connect to news.example.vn: connection refused",
    "dien-dan": "https://forum.example.vn/latest.rss answered 403",
}
COMPARISON: Final = Path(__file__).parents[1] / "monitor" / "learning" / "comparison.json"
PICTURE: Final = Path(__file__).parents[2] / "monitor" / "demo" / "posts" / "pictures" / "message-again.jpg"


@dataclass(frozen=True)
class World:
    """Numbers of rows that pages are about."""

    flag_ids: tuple[int, ...]
    post_id: int
    decided_id: int
    matter_id: int
    refuted_id: int
    rumour_id: int
    correction_id: int
    copied_id: int
    copy_id: int


def build_world(database: Database, clock: FakeClock, home: Path) -> World:
    """Fill an empty database and the folder of reports."""
    (home / "reports").mkdir()
    for name in ("tuan-2026-W46.docx", "tuan-2026-W46.xlsx"):
        (home / "reports" / name).write_bytes(b"x" * 20_000)
    password_hash = hash_password(PASSWORD)
    with database.work() as session:
        for name, role in ((REVIEWER, "reviewer"), (SECOND, "reviewer"), (ADMIN, "admin")):
            users.add(session, name=name, password_hash=password_hash, role=role, now=clock.now())
        add_model(session)
        compared = json.loads(COMPARISON.read_text(encoding="utf-8"))
        compared["teaching"] = [compared["teaching"][0] | {"label": label} for label in POSTS]
        registry.register(session, make_model("learnt-7"), clock.now(), compared)
        places = [_source(session, clock, name) for name in ("nhom-cong-nhan", "bao-dia-phuong", "dien-dan")]
        posts = [
            _post(session, clock, places[number % len(places)], number, label, text)
            for number, (label, text) in enumerate(
                (label, text) for label, texts in POSTS.items() for text in texts * 2
            )
        ]
        add_picture(session, posts[0], small=PICTURE.read_bytes())
        matching.join_cluster(session, posts[1], posts[5], clock.now())  # they say the same
        _judge(session, clock)
        decided = _confirm(session, clock, posts[2])
        refuted, correction = _correct(session, clock, places[0])
        facts = {"label": "concern", "hours": 24, "posts": 96, "usual": 31.5}
        alerts.raise_once(session, "label:concern", facts, now=clock.now(), quiet=None)
        add_drawn(session, posts[0])
        _index(session, posts)
        _issue(session, clock)
        session.commit()
        ids = tuple(session.scalars(select(Flag.id).where(Flag.state == "open").order_by(Flag.id)))
        of_copies = _flags_of(session, posts[1], posts[5])
        return World(
            flag_ids=ids,
            post_id=posts[0].id,
            decided_id=decided.id,
            matter_id=matter_of(session, decided).id,
            refuted_id=refuted.id,
            rumour_id=correction.matter_id,
            correction_id=correction.id,
            copied_id=of_copies[0],
            copy_id=of_copies[1],
        )


def _issue(session: Session, clock: FakeClock) -> None:
    """Note a report that was withdrawn, and the one that took its place and was sent."""
    names = ["tuan-2026-W46.docx", "tuan-2026-W46.xlsx"]
    values = {"period": "2026-W46", "schema_version": 4, "figures": {}, "files": names, "created_at": clock.now()}
    first = added(session, Report(**values))
    reports.withdraw(session, first, why="một tên người chưa được che", now=clock.now())
    second = added(session, Report(**values, replaces_id=first.id, changed="che tên người"))
    targets = {"van-thu": "van-thu@nampha.example.vn", "o-chung": "/srv/van-thu"}
    deliveries.put(session, "report", second.id, targets, clock.now())


def add_work(database: Database, clock: FakeClock, count: int) -> tuple[int, ...]:
    """Add posts that all differ, with open flags of all labels by turns; gives the numbers of the flags."""
    texts = [(label, texts[0]) for label, texts in POSTS.items()]
    with database.work() as session:
        source = _source(session, clock, "nhom-khu-tro")
        for number in range(100, 100 + count):
            label, text = texts[number % len(texts)]
            _post(session, clock, source, number, label, f"{text} Việc thứ {number}.")
        session.commit()
        added = select(Flag.id).join(Post, Post.id == Flag.post_id).where(Post.source_id == source.id)
        return tuple(session.scalars(added.order_by(Flag.id)))


def _source(session: Session, clock: FakeClock, name: str) -> Source:
    source = add_source(session, name)
    now = clock.now()
    for day in (2, 1):
        _read(session, source, now - timedelta(days=day), "ok", {"seen": 40, "new": 6, "changed": 1, "gone": 0})
    if name in FAULTS:
        _read(session, source, now, "failed", {}, FAULTS[name])
        sources.record_failure(session, source, FAULTS[name], now + timedelta(hours=1))
    return source


def _read(
    session: Session, source: Source, when: datetime, outcome: str, counts: dict[str, int], error: str | None = None
) -> None:
    run = sources.start_run(session, source.id, when)
    sources.close_run(session, run.id, now=when, outcome=outcome, counts=counts, skipped={"too short": 2}, error=error)


def _post(session: Session, clock: FakeClock, source: Source, number: int, label: str, text: str) -> Post:
    published, probability = clock.now() - timedelta(hours=5 * number + 2), 0.93 - 0.02 * (number % 20)
    post = add_post(
        session,
        source,
        f"{number}",
        text=text if number % 2 else f"{text} Gọi 0912 345 678 để biết thêm.",
        published_at=published,
        collected_at=published + timedelta(minutes=20),
        engagement={"likes": 3 * number, "shares": number},
        context="Bài viết về đời sống công nhân" if number % 3 == 0 else None,
    )
    model = registry.active_model(session)
    registry.record_scores(session, model.id, [make_score(post, {label: probability})])
    words = tuple((word.strip(".,:"), 0.9 - 0.2 * place) for place, word in enumerate(text.split()[:6]))
    flags.open_flags(session, model.id, [make_flag(post, label, probability, words)], clock.now())
    return post


def _index(session: Session, posts: Sequence[Post]) -> None:
    """Let the search find posts by the words of their texts."""
    search.index(session, [draft_of(post) for post in posts])


def _judge(session: Session, clock: FakeClock) -> None:
    """Decide some flags, each with a note and a link."""
    person = users.by_name(session, SECOND)
    decisions = ("yes", "no", "unsure", "yes")
    for flag, decision in zip(session.scalars(select(Flag).order_by(Flag.id.desc())).all(), decisions, strict=False):
        decide(session, flag, decision, person, note="đã gọi hỏi tổ trưởng", now=clock.now())


def _confirm(session: Session, clock: FakeClock, post: Post) -> Flag:
    """Confirm a grievance: its matter has another post, was passed on, and somebody comes back to it."""
    person = users.by_name(session, SECOND)
    flag = session.scalars(select(Flag).where(Flag.post_id == post.id)).one()
    decide(session, flag, by=person, topic="hours", place="Phường A", now=clock.now())
    matter = matter_of(session, flag)
    text = "Tổ tôi cũng bị ép tăng ca đến mười giờ đêm, không ai được về."
    other = add_post(session, _other_site(session), "again", text=text)
    matter_steps.join(session, matter, [other], user_id=person.id, now=clock.now())
    step = Step(kind="passed", passed_to="Công đoàn các khu công nghiệp", back_at=clock.now() + timedelta(days=3))
    matter_steps.take_step(session, matter, step, user_id=person.id, now=clock.now())
    return flag


def _other_site(session: Session) -> Source:
    return add_source(session, "bao-khac", address="https://bao-khac.example.vn/feed")


def _correct(session: Session, clock: FakeClock, source: Source) -> tuple[Flag, Correction]:
    """Store a refuted claim with a correction that waits for its release."""
    flag = add_flag(
        session, add_post(session, source, "refuted", text="Nghe đâu thứ hai cả tỉnh mất nước."), "unverified"
    )
    person = users.by_name(session, REVIEWER)
    shown = ["https://thong-bao.example.vn/nuoc"]
    decide(session, flag, "refuted", person, evidence=shown, now=clock.now())
    matter = matter_of(session, flag)
    return flag, corrections.write(session, matter, make_correction(), user_id=person.id, now=clock.now())


def _flags_of(session: Session, *posts: Post) -> list[int]:
    return [session.scalars(select(Flag.id).where(Flag.post_id == post.id)).one() for post in posts]
