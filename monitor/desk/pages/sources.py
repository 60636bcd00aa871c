"""Sources: how each one is, and for leads adding one, looking at it before it is read, and switching it."""

import asyncio
from collections.abc import Mapping
from textwrap import shorten
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Form
from pydantic import AfterValidator, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from monitor.crawl.failures import failure_message
from monitor.crawl.sources import SHOWN_POSTS, read_pictures, register_source, switch_source
from monitor.desk.views.decision_form import clean
from monitor.desk.views.source_health import sources_view
from monitor.desk.web.auth import CurrentVisit, RequireFormToken, RowId, Visit, allow
from monitor.desk.web.desk import to
from monitor.desk.web.language import gettext as _
from monitor.errors import CollectError, UsageError
from monitor.review.roles import Right
from monitor.settings.settings import SHORTEST_LEGAL_BASIS, DeclaredSource
from storage.models import Source
from storage.posts import sources

router = APIRouter(dependencies=[allow(Right.READ)])

HOME: Final = "/sources"
LONGEST: Final = 500  # characters of a field
SHOWN_CHARACTERS: Final = 200
PATIENCE: Final = 60.0  # seconds that one waits for a source
# Kinds that need no more than an address; the others are added by the command, with their own settings.
KINDS: Final = ("feed", "webpage", "xenforo", "discourse", "factcheck")
Field = Annotated[str, Form(max_length=LONGEST), AfterValidator(clean)]
LEADS: Final = [allow(Right.SOURCES), RequireFormToken]


@router.get(HOME)
def show(visit: CurrentVisit) -> Response:
    """Show which sources can be read, which cannot and what to do about it, and the newest crawl runs."""
    return _page(visit, added=visit.request.session.pop("added", ""))


@router.post(HOME, dependencies=LEADS)
def add(
    visit: CurrentVisit,
    *,
    name: Field = "",
    kind: Annotated[str, Form(max_length=40)] = "feed",
    address: Field = "",
    role: Annotated[Literal["monitored", "reference"], Form()] = "monitored",
    legal_basis: Field = "",
) -> Response:
    """Add a source, and lead to looking at it; it is read from then on."""
    typed = {"name": name, "kind": kind, "address": address, "role": role, "legal_basis": legal_basis}
    line = add_source(visit, typed)
    return _page(visit, typed=typed, line=line, status=422) if line else to(HOME)


def add_source(visit: Visit, typed: Mapping[str, str]) -> str:
    """Add a source as it was typed; returns what is wrong with it, or nothing when it was added."""
    if len(typed["legal_basis"]) < SHORTEST_LEGAL_BASIS:
        return _("Xin ghi rõ vì sao được phép đọc và lưu nguồn này.")
    if not typed["name"] or _is_known(visit, typed["name"]):
        return _("Xin đặt một tên chưa có nguồn nào dùng.")
    if typed["kind"] not in KINDS:
        return _("Loại nguồn này cần thêm cài đặt: xin nhờ người vận hành thêm.")
    try:
        with visit.changes() as session:
            declared = DeclaredSource.model_validate(typed)
            register_source(session, declared, visit.desk.settings, visit.now, by=visit.user_id)
    except (ValidationError, UsageError, CollectError):
        return _("Địa chỉ phải là địa chỉ web bắt đầu bằng http:// hoặc https://.")
    visit.request.session["added"] = typed["name"]
    return ""


@router.post("/sources/{number}/check", dependencies=LEADS)
async def check(visit: CurrentVisit, number: RowId) -> Response:
    """Read a source until it gives some posts, and show them; nothing is stored."""
    source = await run_in_threadpool(_source, visit, number)
    fault, batches = "", []
    try:
        async with asyncio.timeout(PATIENCE):
            batches = await visit.desk.look_at(source)
    except TimeoutError:
        fault = f"{source.address} took longer than {PATIENCE:g} s: try again later"
    except CollectError as error:
        fault = failure_message(error)
    posts = [post for batch in batches for post in batch.posts]
    mask = visit.desk.mask
    lines = [
        (mask(shorten(f"{post.title or ''} {post.text}", SHOWN_CHARACTERS, placeholder="…")), post)
        for post in posts[:SHOWN_POSTS]
    ]
    context = {"source": source, "fault": fault, "lines": lines, "posts": len(posts)}
    return await run_in_threadpool(visit.render, "source_check.html", context)


@router.post("/sources/{number}/switch", dependencies=LEADS)
def switch(visit: CurrentVisit, number: RowId, *, enabled: Annotated[bool, Form()], why: Field = "") -> Response:
    """Switch a source on or off; its posts stay until their retention ends."""
    reason = why or _("tắt ở bàn làm việc")
    with visit.changes() as session:
        source = sources.by_id(session, number)
        switch_source(session, source, visit.now, enabled=enabled, why=None if enabled else reason, by=visit.user_id)
    return to(HOME)


@router.post("/sources/{number}/pictures", dependencies=LEADS)
def pictures(visit: CurrentVisit, number: RowId, *, wanted: Annotated[bool, Form()]) -> Response:
    """Have the words in a source's pictures read, or no longer."""
    with visit.changes() as session:
        read_pictures(session, sources.by_id(session, number), visit.now, wanted=wanted, by=visit.user_id)
    return to(HOME)


def _source(visit: Visit, number: int) -> Source:
    with visit.work() as session:
        return sources.by_id(session, number)


def _is_known(visit: Visit, name: str) -> bool:
    with visit.work() as session:
        return any(source.name == name for source in sources.all_sources(session))


def _page(
    visit: Visit, *, typed: dict[str, str] | None = None, line: str = "", added: str = "", status: int = 200
) -> Response:
    with visit.work() as session:
        context = sources_view(session)
    context |= {"typed": typed or {}, "line": line, "added": added, "kinds": KINDS, "longest": LONGEST}
    return visit.render("sources.html", context, status=status)
