"""Corrections of refuted rumours: written by one person, released by another, corrected by new ones, withdrawn.

Events are only added; what a correction says is what its newest `written` event holds, and its state is what the last
event made of it. A released correction is never edited: another one replaces it, and the old one stays in the archive.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Final, cast

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from storage import audit
from storage.database import added, count_changed, require
from storage.errors import DataRejected
from storage.models import Correction, CorrectionEvent, Matter, User
from storage.review import matter_steps, matters

DRAFT, RETURNED, RELEASED, REPLACED, WITHDRAWN = "draft", "returned", "released", "replaced", "withdrawn"
STATES: Final = (DRAFT, RETURNED, RELEASED, REPLACED, WITHDRAWN)
UNRELEASED: Final = (DRAFT, RETURNED)
FALSE, MISLEADING, UNFOUNDED = "false", "misleading", "unfounded"
VERDICTS: Final = (FALSE, MISLEADING, UNFOUNDED)
WRITTEN: Final = "written"


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a correction says.

    Args:
        claim: The claim, in the office's own words.
        verdict: One of VERDICTS.
        text: What is true.
        source_name: Who says so.
        source_url: Where it can be read.

    """

    claim: str
    verdict: str
    text: str
    source_name: str
    source_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """A correction that was released at some time: its row, what it says, and what became of it.

    Args:
        row: The correction.
        content: What it says.
        released_at: When it was released, UTC.
        replaced_by: The correction that took its place; None: none did.
        withdrawn_at: When it was withdrawn, UTC; None: it was not.
        why: Why it was withdrawn.

    """

    row: Correction
    content: Content
    released_at: datetime
    replaced_by: int | None = None
    withdrawn_at: datetime | None = None
    why: str = ""


def by_id(session: Session, number: int) -> Correction:
    """Return a correction.

    Raises:
        NotFound: When there is none of this number.

    """
    return require(session, select(Correction).where(Correction.id == number), f"there is no correction {number}")


def events_of(session: Session, number: int) -> list[tuple[CorrectionEvent, str]]:
    """List the events of a correction with the names of those who added them, oldest first."""
    query = select(CorrectionEvent, User.name).join(User, User.id == CorrectionEvent.user_id)
    query = query.where(CorrectionEvent.correction_id == number).order_by(CorrectionEvent.id)
    return [(event, name) for event, name in session.execute(query)]


def newest_text(session: Session, number: int) -> CorrectionEvent:
    """Return the event that holds what a correction says."""
    query = select(CorrectionEvent).where(CorrectionEvent.correction_id == number, CorrectionEvent.kind == WRITTEN)
    return session.scalars(query.order_by(CorrectionEvent.id.desc()).limit(1)).one()


def content_of(event: CorrectionEvent) -> Content:
    """Return what a `written` event says."""
    return Content(**{part.name: getattr(event, part.name) or "" for part in fields(Content)})


def listed(session: Session, states: Sequence[str] = STATES, *, limit: int = 200) -> list[tuple[Correction, Content]]:
    """List corrections in some states with what they say, the last changed first."""
    query = select(Correction).where(Correction.state.in_(states))
    rows = session.scalars(query.order_by(Correction.changed_at.desc(), Correction.id.desc()).limit(limit)).all()
    return [(row, content_of(newest_text(session, row.id))) for row in rows]


def of_matter(session: Session, matter_id: int) -> Sequence[Correction]:
    """List the corrections that answer a rumour, or one that was merged into it, oldest first."""
    numbers = matters.standing_for(session, [matter_id])
    return session.scalars(select(Correction).where(Correction.matter_id.in_(numbers)).order_by(Correction.id)).all()


def successors(session: Session, number: int) -> Sequence[Correction]:
    """List the corrections that shall take the place of one, or have done so, oldest first."""
    return session.scalars(select(Correction).where(Correction.replaces_id == number).order_by(Correction.id)).all()


def ever_released(session: Session) -> list[Released]:
    """List all that was ever released, newest first: what the public site holds once it is written."""
    rows = rows_ever_released(session)
    after = {row.replaces_id: row.id for row in reversed(rows) if row.replaces_id is not None}
    return [_released(session, row, after.get(row.id)) for row in rows]


def note_published(session: Session, states: Mapping[int, str], now: datetime) -> None:
    """Note what the folder that is served shows: the states of corrections, by their numbers, as they were written."""
    for row in session.scalars(select(Correction).where(Correction.id.in_(states))):
        row.published_at, row.published_state = row.published_at or now, states[row.id]
    session.flush()


def rows_ever_released(session: Session) -> Sequence[Correction]:
    """List what was released at some time, newest first."""
    query = select(Correction).where(Correction.released_at.is_not(None))
    return session.scalars(query.order_by(Correction.released_at.desc(), Correction.id.desc())).all()


def _released(session: Session, row: Correction, replaced_by: int | None) -> Released:
    gone = next((event for event, _ in events_of(session, row.id) if event.kind == WITHDRAWN), None)
    return Released(
        row=row,
        content=content_of(newest_text(session, row.id)),
        released_at=cast("datetime", row.released_at),
        replaced_by=replaced_by,
        withdrawn_at=gone.at if gone else None,
        why=gone.note if gone else "",
    )


def is_refuted(matter: Matter) -> bool:
    """Tell whether people found that a rumour is refuted."""
    return matter.verdict == matters.REFUTED and matter.state != matters.WITHDRAWN


def write(session: Session, matter: Matter, content: Content, *, user_id: int, now: datetime) -> Correction:
    """Write a correction of a refuted rumour.

    Raises:
        DataRejected: When nobody refuted the rumour, or something is missing.

    """
    if not is_refuted(matter):
        raise DataRejected(f"matter {matter.id} is not refuted: decide so first, with a link that shows it")
    return _add_new(session, content, matter_id=matter.id, replaces=None, user_id=user_id, now=now)


def correct_again(session: Session, old: Correction, content: Content, *, user_id: int, now: datetime) -> Correction:
    """Write a correction that takes the place of a released one once it is released itself.

    Raises:
        DataRejected: When the old one is not in force, or something is missing.

    """
    _require(old, (RELEASED,))
    return _add_new(session, content, matter_id=old.matter_id, replaces=old, user_id=user_id, now=now)


def rewrite(session: Session, row: Correction, content: Content, *, user_id: int, now: datetime) -> None:
    """Change what an unreleased correction says, by a further event.

    Raises:
        DataRejected: When it was released already, or something is missing.

    """
    _check(content)
    _move(session, row, UNRELEASED, DRAFT, now)
    _add(session, row, WRITTEN, user_id=user_id, now=now, content=content)


def release(session: Session, row: Correction, *, seen: int, user_id: int, now: datetime) -> None:
    """Release a correction: it may be published from now on.

    Args:
        session: The unit of work.
        row: The correction.
        seen: The number of the `written` event that the person read.
        user_id: Who releases it.
        now: The time, UTC.

    Raises:
        DataRejected: When this person wrote it, it was changed or released meanwhile, or its claim is refuted no more.

    """
    # Changes nothing but takes the row, so that nobody changes the text between the look at it and the release.
    session.execute(update(Correction).where(Correction.id == row.id).values(state=Correction.state))
    events = [event for event, _ in events_of(session, row.id) if event.kind == WRITTEN]
    if any(event.user_id == user_id for event in events):
        raise DataRejected(f"correction {row.id} was written by the same person: somebody else has to release it")
    if events[-1].id != seen:
        raise DataRejected(f"correction {row.id} was changed meanwhile: read it again")
    matter = matters.final(session, row.matter)
    if not is_refuted(matter):
        raise DataRejected(f"matter {matter.id} is refuted no more: decide it again first")
    _require(row, (DRAFT,))
    if row.replaces_id is not None:
        old = by_id(session, row.replaces_id)
        _move(session, old, (RELEASED,), REPLACED, now)
        _add(session, old, REPLACED, user_id=user_id, now=now)
    _move(session, row, (DRAFT,), RELEASED, now)
    row.released_at = now
    _add(session, row, RELEASED, user_id=user_id, now=now)
    matter_steps.answered_by(session, matter, user_id=user_id, now=now)


def send_back(session: Session, row: Correction, *, why: str, user_id: int, now: datetime) -> None:
    """Send a draft back to who wrote it, with the reason.

    Raises:
        DataRejected: When it is no draft.

    """
    _move(session, row, (DRAFT,), RETURNED, now)
    _add(session, row, RETURNED, user_id=user_id, now=now, note=why)


def withdraw(session: Session, row: Correction, *, why: str, user_id: int, now: datetime) -> None:
    """Withdraw a correction, released or not; a released one leaves a notice with the reason.

    Raises:
        DataRejected: When it was withdrawn or replaced before, or no reason is given.

    """
    if not why.strip():
        raise DataRejected("a withdrawal needs a reason")
    _move(session, row, (*UNRELEASED, RELEASED), WITHDRAWN, now)
    _add(session, row, WITHDRAWN, user_id=user_id, now=now, note=why)
    matter = matters.final(session, row.matter)
    if not any(other.state == RELEASED for other in of_matter(session, matter.id)):
        matter_steps.unanswered(session, matter, user_id=user_id, now=now)


def _check(content: Content) -> None:
    if content.verdict not in VERDICTS:
        raise DataRejected(f"{content.verdict!r} is no verdict: take one of {', '.join(VERDICTS)}")
    if not all(part.strip() for part in (content.claim, content.text, content.source_name, content.source_url)):
        raise DataRejected("a correction needs the claim, what is true, and a source with its address")


def _require(row: Correction, states: Sequence[str]) -> None:
    if row.state not in states:
        raise DataRejected(f"correction {row.id} is {row.state}: this cannot be done with it")


def _add_new(
    session: Session, content: Content, *, matter_id: int, replaces: Correction | None, user_id: int, now: datetime
) -> Correction:
    _check(content)
    row = Correction(
        matter_id=matter_id, replaces_id=replaces.id if replaces else None, state=DRAFT, written_by=user_id
    )
    row.written_at = row.changed_at = now
    added(session, row)
    _add(session, row, WRITTEN, user_id=user_id, now=now, content=content)
    return row


def _move(session: Session, row: Correction, before: Sequence[str], after: str, now: datetime) -> None:
    """Change the state in one statement, so that of two people who act at once only one does."""
    change = update(Correction).where(Correction.id == row.id, Correction.state.in_(before))
    changed = count_changed(session, change.values(state=after, changed_at=now))
    session.refresh(row)
    if changed != 1:
        _require(row, before)


def _add(
    session: Session,
    row: Correction,
    kind: str,
    *,
    user_id: int,
    now: datetime,
    note: str = "",
    content: Content | None = None,
) -> None:
    said = asdict(content) if content else {}
    added(session, CorrectionEvent(correction_id=row.id, user_id=user_id, kind=kind, note=note, at=now, **said))
    audit.record(session, at=now, action=f"correction.{kind}", subject=f"corrections:{row.id}", user_id=user_id)
