"""A world of many posts over six weeks, drawn from a fixed seed, so that figures can be counted again by plain SQL."""

from datetime import timedelta
from random import Random
from typing import Any, Final

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from storage.models import Cluster, Evidence, Flag, Matter, Post, User
from storage.review import matter_steps, quote_choices
from storage.review.matter_steps import Step
from tests import factories
from tests.examples import examples_of
from tests.monitor.reports.sample_week import THURSDAY, WEEK

LABELS: Final = ("unverified", "negative", "concern")
STATES: Final = ("confirmed", "rejected", "open", "unsure")
SAID: Final = examples_of(__file__)


def fill_many(session: Session, *, flags: int, seed: int = 7) -> None:
    """Store about three flags for four posts of six weeks, with copies, matters, quotes and evidence."""
    draw = Random(seed)  # noqa: S311  a fixed world
    sources = [factories.add_source(session, f"nguon-{n}", now=WEEK.earlier(6)[-1].span.start) for n in range(12)]
    paper = factories.add_source(session, "bao-doi-chieu", now=WEEK.earlier(6)[-1].span.start, role="reference")
    model = factories.add_model(session)
    reviewer = factories.add_user(session)
    clusters = [Cluster(created_at=THURSDAY) for _ in range(max(1, flags // 20))]
    session.add_all(clusters)
    session.flush()
    start = WEEK.earlier(5)[-1].span.start
    posts = []
    for number in range(flags * 4 // 3 + 1):
        published = start + timedelta(minutes=draw.randrange(6 * 7 * 24 * 60))
        collected = published + timedelta(minutes=draw.choice((0, 5, 60, 3 * 24 * 60)))
        known = draw.random() < 0.8
        posts.append(
            {
                "source_id": draw.choice(sources).id,
                "external_id": str(number),
                "published_at": published if known else None,
                "collected_at": collected,
                "text": draw.choice(SAID["drawn"]),
                "original_hash": factories.hash_of(str(number)),
                "content_hash": factories.hash_of(str(number)),
                "engagement": {},
                "revision_number": 0,
                "cluster_id": draw.choice(clusters).id if draw.random() < 0.3 else None,
            }
        )
    session.execute(insert(Post), posts)
    source_of = dict(session.execute(select(Post.id, Post.source_id).order_by(Post.id)).all())
    rows: list[dict[str, Any]] = [
        {
            "post_id": post_id,
            "source_id": source_of[post_id],
            "label": draw.choice(LABELS),
            "revision_number": 0,
            "probability": 0.5 + post_id % 51 / 100,
            "model_id": model.id,
            "reasons": [],
            "state": draw.choice(STATES),
            "opened_at": THURSDAY,
        }
        for post_id in draw.sample(list(source_of), min(flags, len(source_of)))
    ]
    if rows:
        session.execute(insert(Flag), rows)
    article = factories.add_post(session, paper, "article", published_at=THURSDAY, collected_at=THURSDAY)
    _work_on(session, draw, reviewer, article)


def _work_on(session: Session, draw: Random, user: User, article: Post) -> None:
    """Open matters, choose quotes and confirm evidence, as people do."""
    confirmed = session.query(Flag).filter_by(state="confirmed").order_by(Flag.id).all()
    for number, flag in enumerate(confirmed):
        if flag.label == "concern" and number % 2 == 0:
            topic = draw.choice(("wages", "hours", "meals", "other"))
            place = draw.choice(("xã Sùng Phài", "xã Mường Kim", ""))
            matter = _tell(session, flag, "yes", user, topic=topic, place=place)
            if matter.state == "open" and draw.random() < 0.5:
                matter_steps.take_step(session, matter, _passed(draw), user_id=user.id, now=THURSDAY)
        if flag.label == "unverified":
            _tell(session, flag, draw.choice(("no_source", "refuted")), user)
        if flag.label == "unverified" and number % 3 == 0:
            session.add(
                Evidence(
                    post_id=flag.post_id,
                    reference_id=article.id,
                    similarity=0.9,
                    bearing="unclear",
                    state="supports",
                    created_at=THURSDAY,
                )
            )
        if number % 5 == 0 and number < 60:
            quote_choices.choose(session, flag, user_id=user.id, now=THURSDAY)
    session.flush()


def _tell(session: Session, flag: Flag, decision: str, user: User, **matter: str) -> Matter:
    """Decide that a post tells a matter, to which its copies belong from then on."""
    factories.decide(session, flag, decision, user, now=THURSDAY, **matter)
    return factories.matter_of(session, flag)


def _passed(draw: Random) -> Step:
    return Step(kind="passed", passed_to=draw.choice(OFFICES))


PLACES: Final = ("xã Sùng Phài", "xã Mường Kim", "thị trấn Tam Đường", "")
OFFICES: Final = ("Công đoàn khu công nghiệp", "Bảo hiểm xã hội tỉnh")


def fill_confirmed(session: Session, items: int) -> None:
    """Store so many confirmed posts of the week, half of them concerns, quoted, and in every state of a matter."""
    sources = [factories.add_source(session, f"nguon-{n}", now=WEEK.earlier(6)[-1].span.start) for n in range(6)]
    reviewer = factories.add_user(session)
    labels = ("concern", "unverified", "concern", "negative", "concern", "unverified")
    for number in range(items):
        label = labels[number % len(labels)]
        text, topic = SAID[label][number % len(SAID[label])]
        at = WEEK.span.start + timedelta(hours=number % 160)
        when = {"published_at": at, "collected_at": at}
        post = factories.add_post(session, sources[number % 6], f"confirmed {number}", text=text, **when)
        flag = factories.add_flag(session, post, label)
        if label == "unverified":
            decided: dict[str, Any] = {"decision": ("no_source", "refuted")[number % 2]}
            decided["evidence"] = ["https://bao.example.vn/1"] if number % 2 else []
        else:
            decided = {"decision": "yes", "topic": topic, "place": PLACES[number % 4]} if topic else {"decision": "yes"}
        factories.decide(session, flag, by=reviewer, now=THURSDAY, **decided)
        if label != "negative":
            quote_choices.choose(session, flag, user_id=reviewer.id, now=THURSDAY)
        if topic and number % 3:
            step = Step(kind="passed", passed_to=OFFICES[number % 2])
            matter_steps.take_step(session, factories.matter_of(session, flag), step, user_id=reviewer.id, now=THURSDAY)
