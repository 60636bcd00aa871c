"""Search: posts by their words and filters, a flag by its number, results as files, and searches to keep."""

from typing import Annotated, Any, Final, Literal
from urllib.parse import parse_qsl

from fastapi import APIRouter, Form, Query
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.responses import Response

from monitor.desk.views.queue_view import QueueView
from monitor.desk.views.search_view import (
    EXPORT_SCHEMA,
    EXPORTED,
    MOST_EXPORTED,
    by_relevance,
    exported_posts,
    found_posts,
)
from monitor.desk.views.searching import AddressFields, CurrentSearch, SearchForm
from monitor.desk.web import wording
from monitor.desk.web.auth import CurrentVisit, RequireFormToken, RowId, Visit, allow
from monitor.desk.web.desk import to
from monitor.desk.web.downloads import EXPORTING, FileKind, row_file
from monitor.desk.web.error_pages import problem
from monitor.desk.web.language import counted
from monitor.desk.web.language import gettext as _
from monitor.errors import QueryRefused
from monitor.review.roles import Right
from monitor.review.search_query import words_of
from monitor.scoring.summary import summary_of
from storage.errors import DataRejected, NotFound
from storage.models import Flag
from storage.posts import sources
from storage.review import flags
from storage.search import saved_searches, search
from storage.search.saved_searches import MOST_KEPT

router = APIRouter(prefix="/search", dependencies=[allow(Right.READ)])

PAGE_ROWS: Final = 25
MOST_PAGES: Final = 10  # what is further back is found by narrower words
COUNTED: Final = MOST_PAGES * PAGE_ROWS
RANKED: Final = 1_000  # of the newest posts with the words, those that they fit best come first


@router.get("")
def show(visit: CurrentVisit, form: CurrentSearch, page: Annotated[int, Query(ge=1, le=MOST_PAGES)] = 1) -> Response:
    """Show one page of found posts: those that the words fit best first, or the last stored."""
    rows: list[dict[str, Any]] = []
    total, refusal = 0, None
    with visit.work() as session:
        flag = _flag_of_that_number(session, form)
        try:
            if not form.is_empty:
                query, filters = form.query(visit.desk.segmenter), form.filters()
                words = words_of(query) if query else []
                limit = RANKED if form.by_relevance else COUNTED + 1  # all pages, to say how many there are
                ids = search.find(session, query, filters, limit=limit)
                total = len(ids)
                ids = by_relevance(session, ids, words) if form.by_relevance else ids
                shown = ids[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]
                rows = found_posts(session, shown, words, visit.desk.mask)
        except QueryRefused as error:
            refusal = wording.SEARCH_REFUSALS[error.reason]
        context = {
            "form": form,
            "flag": flag,
            "flag_line": summary_of(flag, visit.desk.mask) if flag else "",
            "rows": rows,
            "refusal": refusal,
            "total": min(total, COUNTED),
            "more": total > COUNTED,
            "page": page,
            "pages": max(1, -(-min(total, COUNTED) // PAGE_ROWS)),
            "sources": [source.name for source in sources.all_sources(session)],
            "saved": saved_searches.of_user(session, visit.user_id, "search"),
            "most_exported": MOST_EXPORTED,
        }
    return visit.render("search.html", context)


def _flag_of_that_number(session: Session, form: SearchForm) -> Flag | None:
    try:
        return flags.by_id(session, form.number) if form.number else None
    except NotFound:
        return None


@router.get("/export.{kind}", dependencies=[allow(Right.DOWNLOAD)])
def export(visit: CurrentVisit, form: CurrentSearch, kind: FileKind) -> Response:
    """Send the found posts as a file, personal data masked; whoever exports stands in the audit trail."""
    if not visit.desk.exporting.acquire(blocking=False):
        return problem(visit.request, 429, _(EXPORTING))
    try:
        return _export(visit, form, kind)
    finally:
        visit.desk.exporting.release()


def _export(visit: Visit, form: SearchForm, kind: FileKind) -> Response:
    with visit.changes() as session:
        try:
            query, filters = form.query(visit.desk.segmenter), form.filters()
        except QueryRefused as error:
            raise HTTPException(422) from error
        ids = search.find(session, query, filters, limit=MOST_EXPORTED + 1)
        rows = list(exported_posts(session, ids[:MOST_EXPORTED], visit.desk.mask))
        cut = len(ids) > MOST_EXPORTED
        visit.record(session, "search_export", f"user:{visit.user_id}", posts=len(rows), cut=cut, format=kind)
    return row_file("kiemtin-search", kind, EXPORTED, EXPORT_SCHEMA, rows)


keeping = APIRouter(prefix="/saved", dependencies=[allow(Right.READ), RequireFormToken])

PageName = Literal["search", "queue"]
_FORMS: Final[dict[str, type[AddressFields]]] = {"search": SearchForm, "queue": QueueView}


@keeping.post("/{page}")
def save(
    visit: CurrentVisit,
    page: PageName,
    name: Annotated[str, Form(max_length=200)] = "",
    query: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Keep what was chosen on a page under a name."""
    chosen = _FORMS[page].of(query)
    name = name.replace("\0", "").strip()
    if name and not chosen.is_empty:
        kept = dict(parse_qsl(chosen.address))
        try:
            with visit.changes() as session:
                saved_searches.save(session, visit.user_id, page=page, name=name, query=kept, now=visit.now)
        except DataRejected:
            line = counted("Đã giữ %(count)s lượt tìm kiếm: xin bỏ bớt một lượt rồi thử lại.", MOST_KEPT)
            return problem(visit.request, 409, line)
    return to(f"/{page}?{chosen.address}" if chosen.address else f"/{page}")


@keeping.post("/{page}/{number}/remove")
def forget(visit: CurrentVisit, page: PageName, number: RowId) -> Response:
    """Forget what was kept."""
    with visit.changes() as session:
        saved_searches.remove(session, visit.user_id, number)
    return to(f"/{page}")
