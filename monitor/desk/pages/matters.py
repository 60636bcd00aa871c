"""Matters: rumours and grievances, the posts that tell them, and what becomes of each until it is settled."""

from collections.abc import Callable
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from monitor.desk.views.decision_form import MAX_CHOICE, MAX_NOTE, MAX_PLACE, clean, leading_number
from monitor.desk.views.matter_view import (
    EXPORT_SCHEMA,
    EXPORTED,
    MAX_WORDS,
    CurrentMatters,
    Looking,
    exported_matters,
    matter_list,
    matter_page,
)
from monitor.desk.views.searching import day_begins
from monitor.desk.web import wording
from monitor.desk.web.auth import MAX_ID, CurrentVisit, RequireFormToken, RowId, Visit, allow
from monitor.desk.web.desk import to
from monitor.desk.web.downloads import EXPORTING, FileKind, row_file
from monitor.desk.web.error_pages import problem
from monitor.desk.web.language import gettext as _
from monitor.review.roles import DECIDING, Right
from monitor.scoring.summary import LONGEST
from storage.accounts import users
from storage.errors import DataRejected, NotFound
from storage.figures import listings
from storage.models import Matter
from storage.review import flags, matter_steps, matters
from storage.review.matter_steps import Step

router = APIRouter(prefix="/matters", dependencies=[allow(Right.READ)])

OFFICE_CHARACTERS: Final = 200
MOST_PAGES: Final = 400
LIMITS: Final = {
    "note": MAX_NOTE,
    "place": MAX_PLACE,
    "office": OFFICE_CHARACTERS,
    "sentence": LONGEST,
    "words": MAX_WORDS,
}
CHANGES: Final = [allow(Right.DECIDE), RequireFormToken]
Seen = Annotated[int, Form(ge=0, le=MAX_ID)]


async def _names_of_fields(request: Request) -> frozenset[str]:
    return frozenset(await request.form())


Given = Annotated[frozenset[str], Depends(_names_of_fields)]
"""The names of the fields that a form has: one that was emptied is not one that it lacks."""


@router.get("")
def show_all(
    visit: CurrentVisit, form: CurrentMatters, page: Annotated[int, Query(ge=1, le=MOST_PAGES)] = 1
) -> Response:
    """List the matters in which something is to be done, or those that were asked for."""
    with visit.work() as session:
        shown = matter_list(session, form, page, _looking(visit))
    return visit.render("matters.html", {"page": shown, "limits": LIMITS})


@router.get("/export.{kind_of_file}", dependencies=[allow(Right.DOWNLOAD)])
def export(visit: CurrentVisit, form: CurrentMatters, kind_of_file: FileKind) -> Response:
    """Send the listed matters as a file, personal data masked; whoever exports stands in the audit trail."""
    if not visit.desk.exporting.acquire(blocking=False):
        return problem(visit.request, 429, _(EXPORTING))
    try:
        with visit.changes() as session:
            rows = list(exported_matters(session, form, _looking(visit)))
            visit.record(session, "matters_export", f"user:{visit.user_id}", matters=len(rows), format=kind_of_file)
        return row_file("kiemtin-matters", kind_of_file, EXPORTED, EXPORT_SCHEMA, rows)
    finally:
        visit.desk.exporting.release()


@router.get("/{matter_id}")
def show(
    visit: CurrentVisit, matter_id: RowId, find: Annotated[str | None, Query(max_length=MAX_WORDS)] = None
) -> Response:
    """Show a matter, its posts and all that was done about it; `find` looks for others, into which it can be merged."""
    return _page(visit, matter_id, find=find)


@router.post("/{matter_id}/steps", dependencies=CHANGES)
def take_step(
    visit: CurrentVisit,
    matter_id: RowId,
    kind: Annotated[str, Form(max_length=20)],
    seen: Seen,
    given: Given,
    *,
    note: Annotated[str, Form(max_length=MAX_NOTE)] = "",
    passed_to: Annotated[str, Form(max_length=OFFICE_CHARACTERS)] = "",
    sentence: Annotated[str, Form(max_length=LONGEST)] = "",
    topic: Annotated[str, Form(max_length=40)] = "",
    place: Annotated[str, Form(max_length=MAX_PLACE)] = "",
    follower: Annotated[str, Form(max_length=20)] = "",
    back_on: Annotated[str, Form(max_length=10)] = "",
    verdict: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """Add what was done; a step that does not fit is refused with the reason."""
    passed_to, back_at = clean(passed_to), day_begins(back_on)
    if kind == "passed" and not passed_to:
        return _page(visit, matter_id, line=_("Xin ghi đã chuyển cho ai, rồi gửi lại."), status=422)
    if back_at is not None and back_at < visit.now:
        return _page(visit, matter_id, line=_("Ngày xem lại phải sau hôm nay."), status=422)

    def act(session: Session, matter: Matter) -> None:
        people = {str(number): number for number in users.names_of(session, DECIDING)}
        step = Step(
            kind=kind,
            note=clean(note),
            passed_to=passed_to if kind == "passed" else "",
            sentence=_changed(sentence, matter.sentence, visit) if "sentence" in given else None,
            topic=topic if topic in wording.TOPICS and topic != matter.topic else None,
            place=_changed(place, matter.place, visit) if "place" in given else None,
            back_at=back_at,
            follower_id=people.get(follower),
            verdict=verdict if kind == "judged" else None,
        )
        matter_steps.take_step(session, matter, step, user_id=visit.user_id, now=visit.now)

    return _act(visit, matter_id, seen, kind, act)


@router.post("/{matter_id}/join", dependencies=CHANGES)
def join(visit: CurrentVisit, matter_id: RowId, seen: Seen, flag: Annotated[str, Form(max_length=40)] = "") -> Response:
    """Have the post of a flag, and its copies, belong to the matter."""
    number = leading_number(flag)
    if number is None:
        return _page(visit, matter_id, line=_("Xin ghi số của mục cần thêm."), status=422)

    def act(session: Session, matter: Matter) -> None:
        post = flags.by_id(session, number).post
        matter_steps.join(session, matter, [post], user_id=visit.user_id, now=visit.now)

    return _act(visit, matter_id, seen, "joined", act)


@router.post("/{matter_id}/split", dependencies=CHANGES)
def split(visit: CurrentVisit, matter_id: RowId, seen: Seen, post: Annotated[int, Form(ge=1, le=MAX_ID)]) -> Response:
    """Have a post leave the matter; it becomes one of its own."""

    def act(session: Session, matter: Matter) -> None:
        found = listings.post_by_id(session, post)
        matter_steps.split(session, matter, [found], user_id=visit.user_id, now=visit.now)

    return _act(visit, matter_id, seen, "split", act)


@router.post("/{matter_id}/merge", dependencies=CHANGES)
def merge(
    visit: CurrentVisit, matter_id: RowId, seen: Seen, into: Annotated[str, Form(max_length=MAX_CHOICE)]
) -> Response:
    """Merge the matter into another one, and show that one."""
    number = leading_number(into)
    if number is None:
        return _page(visit, matter_id, line=_("Xin chọn vụ việc cần gộp vào."), status=422)

    def act(session: Session, matter: Matter) -> None:
        other = matters.by_id(session, number)
        matter_steps.merge(session, matter, other, user_id=visit.user_id, now=visit.now)

    return _act(visit, matter_id, seen, "merged", act, shown=number)


@router.post("/{matter_id}/undo", dependencies=CHANGES)
def undo(visit: CurrentVisit, matter_id: RowId, seen: Seen, event: Annotated[int, Form(ge=1, le=MAX_ID)]) -> Response:
    """Take back what moved posts into the matter or out of it."""

    def act(session: Session, matter: Matter) -> None:
        matter_steps.undo(session, matter, event, user_id=visit.user_id, now=visit.now)

    return _act(visit, matter_id, seen, "undone", act)


def _act(
    visit: Visit,
    matter_id: int,
    seen: int,
    kind: str,
    act: Callable[[Session, Matter], None],
    *,
    shown: int | None = None,
) -> Response:
    """Do something about a matter as it was seen, and show it or another one; or else why it is refused."""
    try:
        with visit.changes() as session:
            act(session, matter_steps.lock(session, matter_id, seen))
            visit.record(session, f"matter.{kind}", f"matters:{matter_id}")
    except NotFound:
        return _page(visit, matter_id, line=_("Không có số này. Xin xem lại."), status=422)
    except DataRejected:
        line = _("Việc này không hợp với tình trạng hiện nay của vụ việc. Xin xem lại bên dưới.")
        return _page(visit, matter_id, line=line, status=409)
    return to(f"/matters/{shown or matter_id}")


def _changed(given: str, before: str, visit: Visit) -> str | None:
    """Return the words of a field, masked; None where they are what they were, which is no part of a step."""
    words = visit.desk.mask(" ".join(clean(given).split()))
    return words if words != before else None


def _looking(visit: Visit) -> Looking:
    desk = visit.desk
    return Looking(user_id=visit.user_id, now=visit.now, segmenter=desk.segmenter, mask=desk.mask)


def _page(visit: Visit, matter_id: int, *, line: str = "", status: int = 200, find: str | None = None) -> Response:
    with visit.work() as session:
        page = matter_page(session, matter_id, _looking(visit), None if find is None else clean(find))
    return visit.render("matter.html", {"page": page, "line": line, "limits": LIMITS}, status=status)
