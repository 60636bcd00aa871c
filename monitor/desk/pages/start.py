"""The first screen of a new office: its province, the language, and what is to be read."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Final

from fastapi import APIRouter, Form
from sqlalchemy.orm import Session
from starlette.responses import Response

from monitor.crawl.sources import switch_source
from monitor.desk.pages.appearance import keep_language
from monitor.desk.pages.focus import MAX_NAME
from monitor.desk.pages.sources import HOME, KINDS, LONGEST, Field, add_source
from monitor.desk.views.queue_view import provinces
from monitor.desk.web.auth import CurrentVisit, RequireFormToken, Visit, allow
from monitor.desk.web.desk import to
from monitor.review.roles import Right
from storage import audit
from storage.models import Source
from storage.posts import posts, sources
from storage.scoring import focus

router = APIRouter(dependencies=[allow(Right.SOURCES)])

PAGE: Final = "/start"
DONE: Final = "office.started"


def is_new(session: Session) -> bool:
    """Tell whether nobody has answered this page yet, and nothing has been read."""
    return not posts.numbers_used(session) and audit.newest(session, DONE) is None


@router.get(PAGE)
def show(visit: CurrentVisit) -> Response:
    """Ask."""
    return _page(visit)


@router.post(PAGE, dependencies=[RequireFormToken])
def save(
    visit: CurrentVisit,
    *,
    province: Annotated[str, Form(max_length=MAX_NAME)] = "",
    language: Annotated[str, Form(max_length=10)] = "",
    read: Annotated[Sequence[int], Form()] = (),
    name: Field = "",
    kind: Annotated[str, Form(max_length=40)] = "feed",
    address: Field = "",
    legal_basis: Field = "",
) -> Response:
    """Store the answers; what is to be read is due at once."""
    typed = {"name": name, "kind": kind, "address": address, "role": "monitored", "legal_basis": legal_basis}
    line = add_source(visit, typed) if address else ""
    if line:
        return _page(visit, typed | {"province": province}, line, status=422)
    with visit.changes() as session:
        named = replace(focus.stored(session), province=" ".join(province.replace("\0", "").split()))
        focus.put(session, named, visit.now)
        added = name if address else ""
        for source in _readable(session):
            wanted = source.id in read or source.name == added
            if source.enabled != wanted:
                why = None if wanted else "not chosen at the start"
                switch_source(session, source, visit.now, enabled=wanted, why=why, by=visit.user_id)
        visit.record(session, DONE, "office", province=named.province)
    return keep_language(to(HOME), visit.desk, language)


def _readable(session: Session) -> list[Source]:
    return [source for source in sources.all_sources(session) if source.kind != "import"]


def _page(visit: Visit, typed: dict[str, str] | None = None, line: str = "", *, status: int = 200) -> Response:
    with visit.work() as session:
        context = {"named": focus.stored(session), "known": _readable(session)}
    context |= {"typed": typed or {}, "line": line, "kinds": KINDS, "longest": LONGEST, "provinces": provinces()}
    return visit.render("start.html", context, status=status)
