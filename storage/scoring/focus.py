"""What matters to the office: its province and the words that it watches. It orders the queue."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from storage.models import Flag, Focus

_ONLY = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class FocusDraft:
    """What the office named; see `storage.models.Focus`."""

    province: str = ""
    neighbours: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


def stored(session: Session) -> FocusDraft:
    """Return what the office named; nothing where it has not been asked yet."""
    row = session.get(Focus, _ONLY)
    if row is None:
        return FocusDraft()
    return FocusDraft(province=row.province, neighbours=tuple(row.neighbours), words=tuple(row.words))


def put(session: Session, draft: FocusDraft, now: datetime) -> None:
    """Store what the office named in place of what it named before; open flags are to be placed anew."""
    row = Focus(
        id=_ONLY, province=draft.province, neighbours=list(draft.neighbours), words=list(draft.words), set_at=now
    )
    session.merge(row)
    session.execute(update(Flag).where(Flag.state == "open").values(relevance=None))
    session.flush()
