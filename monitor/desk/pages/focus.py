"""What matters to the office: its province and the words to watch, named once; the queue puts what fits first."""

from typing import Annotated, Final

from fastapi import APIRouter, Form, Request
from starlette.background import BackgroundTask
from starlette.responses import RedirectResponse, Response

from monitor.desk.views.queue_view import provinces
from monitor.desk.web.auth import CurrentReviewer, RequireFormToken, allow
from monitor.desk.web.desk import CurrentDesk, render
from monitor.review.roles import Right
from monitor.scoring.flag_value import place_open_flags
from monitor.scoring.relevance import read_words
from storage import audit
from storage.scoring import focus
from storage.scoring.focus import FocusDraft

router = APIRouter(dependencies=[allow(Right.READ)])

PAGE: Final = "/focus"
MAX_NAME: Final = 100
MAX_WORDS: Final = 4_000


@router.get(PAGE)
def show(request: Request, desk: CurrentDesk) -> Response:
    """Show what the office named."""
    with desk.database.work() as session:
        named = focus.stored(session)
    return render(request, "focus.html", {"named": named, "provinces": provinces(), "refused": ()})


@router.post(PAGE, dependencies=[allow(Right.TEACH), RequireFormToken])
def save(
    *,
    request: Request,
    desk: CurrentDesk,
    reviewer: CurrentReviewer,
    province: Annotated[str, Form(max_length=MAX_NAME)] = "",
    neighbours: Annotated[str, Form(max_length=MAX_WORDS)] = "",
    words: Annotated[str, Form(max_length=MAX_WORDS)] = "",
) -> Response:
    """Store what the office named, and place the open flags anew once the answer is sent."""
    near, _ = read_words(neighbours)
    kept, refused = read_words(words)
    named = FocusDraft(province=" ".join(province.replace("\0", "").split()), neighbours=near, words=kept)
    if refused:
        context = {"named": named, "provinces": provinces(), "refused": refused}
        return render(request, "focus.html", context, status=422)
    now = desk.clock.now()
    with desk.database.work() as session:
        focus.put(session, named, now)
        # The words themselves stay out: they may be many, and the page shows them.
        detail = {"words": len(kept), "neighbours": len(near)}
        audit.record(session, at=now, action="focus.set", subject="focus", user_id=reviewer.id, detail=detail)
        session.commit()
    again = BackgroundTask(place_open_flags, desk.database, now)
    return RedirectResponse(PAGE, status_code=303, background=again)
