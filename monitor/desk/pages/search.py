"""Search: posts by their words and filters, a flag by its number, results as files, and searches to keep."""

import io
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Annotated, Final, Literal
from urllib.parse import parse_qsl

from fastapi import APIRouter, Form, Path, Query, Request
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from monitor.catalogues import N_
from monitor.collectors.files.row_files import open_writer
from monitor.desk.pages.queue import MAX_ID
from monitor.desk.views.queue_view import QueueView, view_of
from monitor.desk.views.search_view import (
    EXPORT_SCHEMA,
    EXPORTED,
    MOST_EXPORTED,
    FoundPost,
    exported_posts,
    found_posts,
)
from monitor.desk.views.searching import CurrentSearch, SearchForm, form_of
from monitor.desk.web import wording
from monitor.desk.web.auth import CurrentReviewer, RequireFormToken, Reviewer, allow
from monitor.desk.web.desk import CurrentDesk, Desk, render
from monitor.desk.web.error_pages import problem
from monitor.desk.web.language import counted
from monitor.desk.web.language import gettext as _
from monitor.errors import QueryRefused
from monitor.review.roles import Right
from monitor.review.search_query import words_of
from storage import audit
from storage.errors import DataRejected, NotFound
from storage.posts import sources
from storage.review import flags
from storage.search import saved_searches, search
from storage.search.saved_searches import MOST_KEPT

router = APIRouter(prefix="/search", dependencies=[allow(Right.READ)])

PAGE_ROWS: Final = 25
MOST_PAGES: Final = 10  # what is further back is found by narrower words
COUNTED: Final = MOST_PAGES * PAGE_ROWS
EXPORTING: Final = N_("Đang có một bản xuất khác. Xin chờ bản ấy xong rồi thử lại.")
MEDIA_TYPES: Final = {"csv": "text/csv", "jsonl": "application/jsonl"}


@router.get("")
def show(
    *,
    request: Request,
    desk: CurrentDesk,
    reviewer: CurrentReviewer,
    form: CurrentSearch,
    page: Annotated[int, Query(ge=1, le=MOST_PAGES)] = 1,
) -> Response:
    """Show one page of found posts, last stored first."""
    rows: tuple[FoundPost, ...] = ()
    total, refusal = 0, None
    with desk.database.work() as session:
        flag_id = _flag_of_that_number(session, form)
        try:
            if not form.is_empty:
                query, filters = form.query(desk.segmenter), form.filters()
                ids = search.find(session, query, filters, limit=COUNTED + 1)  # all pages, to say how many there are
                total, shown = len(ids), ids[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]
                rows = found_posts(session, shown, words_of(query) if query else [], desk.mask)
        except QueryRefused as error:
            refusal = wording.SEARCH_REFUSALS[error.reason]
        context = {
            "form": form,
            "flag_id": flag_id,
            "rows": rows,
            "refusal": refusal,
            "total": min(total, COUNTED),
            "more": total > COUNTED,
            "page": page,
            "pages": max(1, -(-min(total, COUNTED) // PAGE_ROWS)),
            "sources": [source.name for source in sources.all_sources(session)],
            "saved": saved_searches.of_user(session, reviewer.id, "search"),
            "exportable": desk.searching is not None and reviewer.may(Right.DOWNLOAD),
            "most_exported": MOST_EXPORTED,
        }
    return render(request, "search.html", context)


def _flag_of_that_number(session: Session, form: SearchForm) -> int | None:
    try:
        return flags.by_id(session, form.number).id if form.number else None
    except NotFound:
        return None


@router.get("/export.{kind}", dependencies=[allow(Right.DOWNLOAD)])
def export(
    request: Request,
    desk: CurrentDesk,
    reviewer: CurrentReviewer,
    form: CurrentSearch,
    kind: Literal["csv", "jsonl"],
) -> Response:
    """Send the found posts as a file, personal data masked; whoever exports stands in the audit trail."""
    if desk.searching is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    if not desk.searching.exporting.acquire(blocking=False):
        return problem(request, HTTPStatus.TOO_MANY_REQUESTS, _(EXPORTING))
    try:
        return _export(desk, reviewer, form, kind)
    finally:
        desk.searching.exporting.release()


def _export(desk: Desk, reviewer: Reviewer, form: SearchForm, kind: str) -> Response:
    assert desk.searching is not None  # noqa: S101  the route has looked
    with desk.database.work() as session:
        try:
            query, filters = form.query(desk.segmenter), form.filters()
        except QueryRefused as error:
            raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY) from error
        ids = search.find(session, query, filters, limit=MOST_EXPORTED + 1)
        rows = list(exported_posts(session, ids[:MOST_EXPORTED], desk.searching.mask))
        detail = {"posts": len(rows), "cut": len(ids) > MOST_EXPORTED, "format": kind}
        audit.record(
            session,
            at=desk.clock.now(),
            action="search_export",
            subject=f"user:{reviewer.id}",
            user_id=reviewer.id,
            detail=detail,
        )
        session.commit()
    body = io.BytesIO()
    writer = open_writer(kind, body, EXPORTED, EXPORT_SCHEMA)
    writer.write(rows)
    writer.finish()
    headers = {"Content-Disposition": f'attachment; filename="kiemtin-search.{kind}"'}
    return Response(body.getvalue(), media_type=MEDIA_TYPES[kind], headers=headers)


keeping = APIRouter(prefix="/saved", dependencies=[allow(Right.READ), RequireFormToken])

PageName = Literal["search", "queue"]
_READ: Final[Mapping[str, Callable[[str], SearchForm | QueueView]]] = {"search": form_of, "queue": view_of}


@keeping.post("/{page}")
def save(
    *,
    request: Request,
    desk: CurrentDesk,
    reviewer: CurrentReviewer,
    page: PageName,
    name: Annotated[str, Form(max_length=200)] = "",
    query: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Keep what was chosen on a page under a name."""
    chosen = _READ[page](query)
    name = name.replace("\0", "").strip()
    if name and not chosen.is_empty:
        with desk.database.work() as session:
            kept = dict(parse_qsl(chosen.address))
            try:
                saved_searches.save(session, reviewer.id, page=page, name=name, query=kept, now=desk.clock.now())
            except DataRejected:
                line = counted("Đã giữ %(count)s lượt tìm kiếm: xin bỏ bớt một lượt rồi thử lại.", MOST_KEPT)
                return problem(request, HTTPStatus.CONFLICT, line)
            session.commit()
    address = f"/{page}?{chosen.address}" if chosen.address else f"/{page}"
    return RedirectResponse(address, status_code=HTTPStatus.SEE_OTHER)


@keeping.post("/{page}/{number}/remove")
def forget(
    desk: CurrentDesk, reviewer: CurrentReviewer, page: PageName, number: Annotated[int, Path(ge=1, le=MAX_ID)]
) -> Response:
    """Forget what was kept."""
    with desk.database.work() as session:
        saved_searches.remove(session, reviewer.id, number)
        session.commit()
    return RedirectResponse(f"/{page}", status_code=HTTPStatus.SEE_OTHER)
