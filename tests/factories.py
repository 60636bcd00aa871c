"""Rows and drafts with sensible values, so that a test names only what it is about.

A `make_…` function gives a draft; an `add_…` function stores a row in the unit of work that it is given.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from classifiers.labels import CLAIM_LABELS, LABEL_NAMES, UNVERIFIED, label_named
from classifiers.text.search_terms import search_terms
from monitor.scoring.flag_value import flag_draft
from storage.accounts import users
from storage.models import Flag, Matter, Model, Picture, Post, Review, Source, User, join_title
from storage.posts import pictures, posts, sources
from storage.review import drawn, flags, matter_steps, matters, reviews
from storage.review.corrections import Content
from storage.scoring import matching, registry
from storage.search.search import SearchDraft
from tests.clock import MONDAY_MORNING


def make_source(name: str = "forum", **changes: Any) -> sources.SourceDraft:
    """Make the draft of a monitored source."""
    values: dict[str, Any] = {
        "name": name,
        "kind": "feed",
        "address": f"https://{name}.example.vn/feed",
        "role": "monitored",
        "legal_basis": "public posts, permitted by the operator's terms",
        "retention_days": 180,
        "interval_seconds": 1800,
    }
    return sources.SourceDraft(**(values | changes))


def add_source(session: Session, name: str = "forum", *, now: datetime = MONDAY_MORNING, **changes: Any) -> Source:
    """Register a source."""
    return sources.register(session, make_source(name, **changes), now)[0]


def make_post(
    external_id: str = "1", text: str = "Xưởng nóng 40 độ mà không có quạt", **changes: Any
) -> posts.PostDraft:
    """Make the draft of a post; its hash follows from heading and text, as when it is collected."""
    values: dict[str, Any] = {
        "external_id": external_id,
        "text": text,
        "content_hash": hash_of(join_title(changes.get("title"), text)),
        "collected_at": MONDAY_MORNING,
        "url": f"https://forum.example.vn/{external_id}",
    }
    return posts.PostDraft(**(values | changes))


FINGERPRINT = b"\2" + b"\x0f" * 96


def add_picture(session: Session, post: Post, text: str = "", **read: Any) -> Picture:
    """Add a picture to a post, as it was read; each has the same fingerprint if nothing else is said."""
    pictures.keep(session, {post.id: [(f"https://forum.example.vn/{post.id}.jpg", "")]})
    (picture,) = pictures.of_post(session, post.id)
    values: dict[str, Any] = {
        "state": "read",
        "text": text,
        "confidence": 0.9,
        "fingerprint": FINGERPRINT,
        "small": b"\xff\xd8\xff\xe0 small",
    }
    pictures.store(session, picture.id, MONDAY_MORNING, **(values | read))
    session.expire_all()
    return picture


def hash_of(text: str) -> str:
    """Hash a text as a stand-in for the pipeline's own hash."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def add_post(session: Session, source: Source, external_id: str = "1", **changes: Any) -> Post:
    """Store a post and give its row."""
    posts.record(session, source.id, [make_post(external_id, **changes)])
    query = select(Post).where(Post.source_id == source.id, Post.external_id == external_id)
    return session.scalars(query).one()


def draft_of(post: Post) -> SearchDraft:
    """Make what the search keeps of a post."""
    dated, words = post.published_at or post.collected_at, search_terms(post.judged_text)
    return SearchDraft(post_id=post.id, source_id=post.source_id, dated=dated, **words._asdict())


def make_model(version: str = "default-1", **changes: Any) -> registry.ModelDraft:
    """Make the draft of a model's entry in the register."""
    values: dict[str, Any] = {
        "version": version,
        "data_hash": hash_of(version),
        "metrics": {"negative": {"f1": 0.8}},
        "thresholds": {"unverified": 0.5, "negative": 0.5, "concern": 0.5},
    }
    return registry.ModelDraft(**(values | changes))


def add_model(session: Session, version: str = "default-1", *, now: datetime = MONDAY_MORNING) -> Model:
    """Register a model and make it the active one."""
    return registry.activate(session, make_model(version), now)


def make_score(post: Post, probabilities: Mapping[str, float] | None = None) -> registry.ScoreDraft:
    """Make the draft of a post's scores in its current version."""
    return registry.ScoreDraft(
        post_id=post.id,
        revision_number=post.revision_number,
        probabilities=probabilities or {"unverified": 0.1, "negative": 0.2, "concern": 0.9},
    )


def make_flag(
    post: Post,
    label: str = "concern",
    probability: float = 0.9,
    reasons: Sequence[tuple[str, float]] = (("nóng", 1.5),),
    *,
    origin: str = "scored",
) -> flags.FlagDraft:
    """Make the draft of a flag on a post's current version."""
    return flag_draft(post, label, probability, reasons, MONDAY_MORNING, origin=origin)


def add_flag(
    session: Session,
    post: Post,
    label: str = "concern",
    probability: float = 0.9,
    *,
    reasons: Sequence[tuple[str, float]] = (("nóng", 1.5),),
    model: Model | None = None,
    now: datetime = MONDAY_MORNING,
    origin: str = "scored",
) -> Flag:
    """Open a flag and give its row."""
    model = model or registry.active_model(session) or add_model(session)
    flags.open_flags(session, model.id, [make_flag(post, label, probability, reasons, origin=origin)], now)
    return session.scalars(select(Flag).where(Flag.post_id == post.id, Flag.label == label)).one()


def suggest(
    session: Session,
    claim: int,
    found: Mapping[int, float],
    *,
    bearing: str = "unclear",
    now: datetime = MONDAY_MORNING,
) -> None:
    """Suggest reference posts as evidence for the claims of a post, by how well each agrees."""
    suggestions = {post_id: (similarity, bearing) for post_id, similarity in found.items()}
    matching.suggest_evidence(session, claim, CLAIM_LABELS, suggestions, now, among=len(found))


def add_drawn(
    session: Session, post: Post, *labels: str, sampling: str = "random", now: datetime = MONDAY_MORNING
) -> list[Flag]:
    """Draw a post for teaching, and give its flags of some labels."""
    model = registry.active_model(session) or add_model(session)
    drafts = [make_flag(post, label, 0.4321, ()) for label in labels or LABEL_NAMES]
    drawn.add(session, model.id, drafts, [(post.id, sampling)], now)
    return list(drawn.of_post(session, post.id))


def decide(
    session: Session,
    flag: Flag,
    decision: str = "yes",
    by: User | None = None,
    *,
    now: datetime = MONDAY_MORNING,
    note: str = "",
    evidence: Sequence[str] | None = None,
    **matter: Any,
) -> Review:
    """Decide about a flag, by the first user unless one is named, with a link where the decision needs one.

    One that confirms a rumour or a grievance opens a matter, or joins that of the post; `matter` says more about it.
    """
    user = by or session.scalars(select(User).order_by(User.id)).first() or add_user(session)
    label = label_named(flag.label)
    links = ["https://e.vn"] if decision in UNVERIFIED.need_link else []
    draft = None
    if decision in label.open_matter:
        values = {"verdict": decision if label.is_claim else None, "counts_at": flag.post.dated} | matter
        draft = matter_steps.MatterDraft(kind=label.matter_kind, **values)
    said = reviews.Said(decision=decision, note=note, evidence=links if evidence is None else evidence, matter=draft)
    return reviews.decide(session, flag, said, reviewer_id=user.id, now=now)


def matter_of(session: Session, flag: Flag) -> Matter:
    """Return the matter to which a decided flag's post belongs."""
    matter = matters.of_post(session, flag.post_id, flag.label)
    assert matter is not None
    return matter


def make_correction(**changes: str) -> Content:
    """Make what a correction of a claim says."""
    values = {
        "claim": "Từ thứ hai các ngân hàng ngừng cho rút tiền",
        "verdict": "false",
        "text": "Các ngân hàng trong tỉnh mở cửa và chi trả bình thường; không có lệnh ngừng rút tiền nào.",
        "source_name": "Thông báo của cơ quan quản lý",
        "source_url": "https://thong-bao.example.vn/rut-tien",
    }
    return Content(**(values | changes))


def add_user(session: Session, name: str = "lan", role: str = "reviewer", *, now: datetime = MONDAY_MORNING) -> User:
    """Add a user of the desk, with a password hash that nobody can sign in with."""
    return users.add(session, name=name, password_hash="not-a-hash", role=role, now=now)
