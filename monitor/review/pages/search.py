"""Search: posts by their words and filters, a flag by its number, results as files, and searches to keep."""

import csv
import io
import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Request
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.responses import Response

from monitor.errors import QueryRefused
from monitor.review import wording
from monitor.review.auth import CurrentReviewer, Reviewer, allow
from monitor.review.desk import CurrentDesk, Desk, render
from monitor.review.error_pages import problem
from monitor.review.language import N_
from monitor.review.language import gettext as _
from monitor.review.roles import Right
from monitor.review.search_view import FoundPost, found_posts, post_data
from monitor.review.searching import CurrentSearch, SearchForm
from monitor.search_query import words_of
from storage import audit, flags, posts, saved_searches, search, sources
from storage.errors import NotFound

router = APIRouter(prefix="/search", dependencies=[allow(Right.READ)])

PAGE_ROWS: Final = 25
MOST_PAGES: Final = 10  # what is further back is found by narrower words
COUNTED: Final = MOST_PAGES * PAGE_ROWS
MOST_EXPORTED: Final = 10_000
READ_AT_ONCE: Final = 200
EXPORTING: Final = N_("Đang có một bản xuất khác. Xin chờ bản ấy xong rồi thử lại.")
COLUMNS: Final = ("post_id", "source", "published_at", "collected_at", "text", "flags")


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
                ids = search.find(session, query, filters, limit=PAGE_ROWS, offset=(page - 1) * PAGE_ROWS)
                rows = found_posts(session, ids, words_of(query) if query else [], desk.mask)
                total = search.count(session, query, filters, at_most=COUNTED + 1)
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
    with desk.database.work() as session:
        try:
            query = form.query(desk.segmenter)
        except QueryRefused as error:
            raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY) from error
        ids = search.find(session, query, form.filters(), limit=MOST_EXPORTED + 1)
        lines = list(_exported(session, desk, ids[:MOST_EXPORTED]))
        detail = {"posts": len(lines), "cut": len(ids) > MOST_EXPORTED, "format": kind}
        audit.record(
            session,
            at=desk.clock.now(),
            action="search_export",
            subject=f"user:{reviewer.id}",
            user_id=reviewer.id,
            detail=detail,
        )
        session.commit()
    if kind == "jsonl":
        body = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        return _file(body.encode(), "application/jsonl", kind)
    table = io.StringIO()
    writer = csv.DictWriter(table, COLUMNS)
    writer.writeheader()
    for line in lines:
        safe = {name: _no_formula(line[name]) for name in ("source", "text")}
        writer.writerow({**line, **safe, "flags": " ".join(line["flags"])})
    return _file(table.getvalue().encode("utf-8-sig"), "text/csv", kind)


def _exported(session: Session, desk: Desk, ids: list[int]) -> Iterator[dict[str, Any]]:
    assert desk.searching is not None  # noqa: S101  the route has looked
    for start in range(0, len(ids), READ_AT_ONCE):
        chunk = ids[start : start + READ_AT_ONCE]
        of_posts = flags.of_posts(session, chunk)
        for post in posts.in_order(session, chunk):
            own = [flag for flag in of_posts if flag.post_id == post.id]
            yield post_data(post, own, desk.searching.mask)
        session.expunge_all()


def _no_formula(text: str) -> str:
    """Keep a spreadsheet from running a text as a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _file(body: bytes, media_type: str, kind: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="kiemtin-search.{kind}"'}
    return Response(body, media_type=media_type, headers=headers)
