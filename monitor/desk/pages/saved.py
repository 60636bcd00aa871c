"""What somebody keeps of the pages that have filters: searches, and views of the queue."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Annotated, Final, Literal
from urllib.parse import parse_qsl

from fastapi import APIRouter, Form, Path, Request
from starlette.responses import RedirectResponse, Response

from monitor.desk.pages.queue import MAX_ID
from monitor.desk.views.queue_view import QueueView, view_of
from monitor.desk.views.searching import SearchForm, form_of
from monitor.desk.web.auth import CurrentReviewer, RequireFormToken, allow
from monitor.desk.web.desk import CurrentDesk
from monitor.desk.web.error_pages import problem
from monitor.desk.web.language import counted
from monitor.review.roles import Right
from storage.errors import DataRejected
from storage.search import saved_searches
from storage.search.saved_searches import MOST_KEPT

router = APIRouter(prefix="/saved", dependencies=[allow(Right.READ), RequireFormToken])

PageName = Literal["search", "queue"]
_READ: Final[Mapping[str, Callable[[str], SearchForm | QueueView]]] = {"search": form_of, "queue": view_of}


@router.post("/{page}")
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


@router.post("/{page}/{number}/remove")
def forget(
    desk: CurrentDesk, reviewer: CurrentReviewer, page: PageName, number: Annotated[int, Path(ge=1, le=MAX_ID)]
) -> Response:
    """Forget what was kept."""
    with desk.database.work() as session:
        saved_searches.remove(session, reviewer.id, number)
        session.commit()
    return RedirectResponse(f"/{page}", status_code=HTTPStatus.SEE_OTHER)
