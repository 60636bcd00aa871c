"""Sources as people add, look at and switch them: by commands, kiemtin.toml and at the desk."""

from datetime import datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy.orm import Session

from monitor.collectors.base import Batch, SourceView
from monitor.collectors.http.urls import require_source_address
from monitor.collectors.registry import collector_for, retention_days_for, robots_exemption_for
from monitor.errors import UsageError
from monitor.settings.settings import DeclaredSource, Settings
from storage import audit
from storage.models import Source
from storage.posts import pictures, sources
from storage.posts.sources import SourceDraft

if TYPE_CHECKING:  # its library loads slowly, and a list of sources asks nobody
    from monitor.collectors.http.client import PoliteClient

SHOWN_POSTS: Final = 3
MOST_ANSWERS: Final = 5


def source_draft(declared: DeclaredSource, settings: Settings) -> SourceDraft:
    """Return what is stored of a source; what it leaves open is filled in from the settings.

    Raises:
        SourceRefused: When its kind is unknown, or may not do what its own settings say.
        UsageError: When it is not said clearly whether pictures are read.

    """
    collector_for(declared.kind)
    view = SourceView(name=declared.name, address=declared.address, settings=declared.settings)
    robots_exemption_for(declared.kind, view)
    if not isinstance(declared.settings.get(pictures.OPTION, False), bool):
        raise UsageError(f"source {declared.name}: `{pictures.OPTION}` must be true or false")
    return SourceDraft(
        name=declared.name,
        kind=declared.kind,
        address=declared.address,
        role=declared.role,
        legal_basis=declared.legal_basis,
        retention_days=retention_days_for(declared.kind, declared.retention_days or settings.retention_days),
        interval_seconds=(declared.interval_minutes or settings.interval_minutes) * 60,
        settings=declared.settings,
    )


def register_source(
    session: Session, declared: DeclaredSource, settings: Settings, now: datetime, *, by: int | None = None
) -> tuple[Source, bool]:
    """Add a source, or change the one of that name; returns it, and whether it is new.

    Args:
        session: The unit of work, to be committed.
        declared: What somebody wrote down of it.
        settings: Fill in what is left open.
        now: The present time, UTC.
        by: The user who does it; None: a command.

    Raises:
        UsageError: When its address is none.
        SourceRefused: When its kind is unknown, or may not do what its own settings say.

    """
    require_source_address(declared.address)
    source, created = sources.register(session, source_draft(declared, settings), now)
    detail = {"address": declared.address}
    audit.record(session, at=now, action="source.registered", subject=declared.name, user_id=by, detail=detail)
    return source, created


def switch_source(
    session: Session, source: Source, now: datetime, *, enabled: bool, why: str | None, by: int | None = None
) -> None:
    """Switch a source on or off; its posts stay."""
    sources.set_enabled(session, source, enabled=enabled, why=why)
    action = "source.enabled" if enabled else "source.disabled"
    audit.record(session, at=now, action=action, subject=source.name, user_id=by, detail={"why": why})


def read_pictures(session: Session, source: Source, now: datetime, *, wanted: bool, by: int | None = None) -> None:
    """Have the pictures of a source's new posts read from now on, or no longer; what was read stays."""
    source.settings = {**source.settings, pictures.OPTION: wanted}
    audit.record(session, at=now, action="source.pictures", subject=source.name, user_id=by, detail={"wanted": wanted})


async def look(client: "PoliteClient", kind: str, view: SourceView) -> list[Batch]:
    """Read batches until there are posts to show: the first answer of a forum only names its threads."""
    batches: list[Batch] = []
    async for batch in collector_for(kind).collect(view, client):
        batches.append(batch)
        if sum(len(each.posts) for each in batches) >= SHOWN_POSTS or len(batches) == MOST_ANSWERS:
            break
    return batches
