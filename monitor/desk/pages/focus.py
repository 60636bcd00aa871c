"""What matters to the office: its province and the words to watch, named once; the queue puts what fits first."""

from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Form
from starlette.background import BackgroundTask
from starlette.responses import Response

from monitor.desk.views.queue_view import provinces
from monitor.desk.web.auth import CurrentVisit, RequireFormToken, Visit, allow
from monitor.desk.web.desk import to
from monitor.review.roles import Right
from monitor.scoring.flag_value import place_open_flags
from monitor.scoring.relevance import read_words
from storage.scoring import focus
from storage.scoring.focus import FocusDraft

router = APIRouter(dependencies=[allow(Right.READ)])

PAGE: Final = "/focus"
MAX_NAME: Final = 100
MAX_WORDS: Final = 4_000
Words = Annotated[str, Form(max_length=MAX_WORDS)]


@router.get(PAGE)
def show(visit: CurrentVisit) -> Response:
    """Show what the office named."""
    with visit.work() as session:
        named = focus.stored(session)
    return _page(visit, named, saved=visit.request.session.pop("saved", False))


@router.post(PAGE, dependencies=[allow(Right.TEACH), RequireFormToken])
def save(
    visit: CurrentVisit,
    province: Annotated[str, Form(max_length=MAX_NAME)] = "",
    neighbours: Words = "",
    words: Words = "",
) -> Response:
    """Store what the office named, and place the open flags anew once the answer is sent."""
    near, _ = read_words(neighbours)
    kept, refused = read_words(words)
    named = FocusDraft(province=" ".join(province.replace("\0", "").split()), neighbours=near, words=kept)
    if refused:
        return _page(visit, named, refused, status=422)
    with visit.changes() as session:
        focus.put(session, named, visit.now)
        # The words themselves stay out: they may be many, and the page shows them.
        visit.record(session, "focus.set", "focus", words=len(kept), neighbours=len(near))
    visit.request.session["saved"] = True
    answer = to(PAGE)
    answer.background = BackgroundTask(place_open_flags, visit.desk.database, visit.now)
    return answer


def _page(
    visit: Visit, named: FocusDraft, refused: Sequence[str] = (), *, saved: bool = False, status: int = 200
) -> Response:
    context = {"named": named, "provinces": provinces(), "refused": refused, "saved": saved}
    return visit.render("focus.html", context, status=status)
