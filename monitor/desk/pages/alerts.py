"""Alerts: what is out of its usual range or did not happen; each is seen and settled by a person."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Path, Request
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from monitor.desk.pages.queue import MAX_ID
from monitor.desk.views.masking import Mask
from monitor.desk.web.auth import CurrentReviewer, RequireFormToken, allow
from monitor.desk.web.desk import CurrentDesk, render
from monitor.desk.web.language import language_of_request
from monitor.outbox.alert_wording import alert_line, alert_path
from monitor.review.roles import Right
from storage import audit
from storage.accounts import users
from storage.figures import alert_counts
from storage.models import SavedSearch, Source
from storage.outbox import alerts
from storage.scoring import matching
from storage.search import saved_searches

router = APIRouter(prefix="/alerts", dependencies=[allow(Right.READ)])

Number = Annotated[int, Path(ge=1, le=MAX_ID)]


@router.get("")
def show_all(request: Request, desk: CurrentDesk, reviewer: CurrentReviewer, state: str = "") -> Response:
    """List the alerts that nobody has settled, or those that somebody has; and one's searches that can be watched."""
    settled = state == "settled"
    language = language_of_request()
    with desk.database.work() as session:
        names: dict[int | None, str] = {user.id: user.name for user in users.all_users(session)}
        rows = [
            {
                "alert": alert,
                "line": alert_line(
                    alert.kind, alert.facts, language, _name(session, alert.kind, alert.facts, desk.mask, reviewer.id)
                ),
                "path": _path(session, alert.kind, alert.facts, reviewer.id),
                "seen_by": names.get(alert.seen_by),
                "settled_by": names.get(alert.settled_by),
            }
            for alert in alerts.listed(session, reviewer.id, settled=settled)
        ]
        context = {
            "rows": rows,
            "settled": settled,
            "searches": saved_searches.of_user(session, reviewer.id, "search"),
            "watched": alerts.watched_by(session, reviewer.id),
        }
    return render(request, "alerts.html", context)


def _path(session: Session, kind: str, facts: Mapping[str, Any], user_id: int) -> str:
    """Return where one can act on an alert: a post of the cluster, the search, or a page."""
    if kind == "cluster":
        flag = alert_counts.flag_of_cluster(session, facts["cluster"])
        return f"/flags/{flag}" if flag else alert_path(kind, facts)
    if kind == "search":
        saved = _own_search(session, facts["search"], user_id)
        return f"/search?{urlencode(saved.query)}" if saved else ""
    return alert_path(kind, facts)


def _name(session: Session, kind: str, facts: Mapping[str, Any], mask: Mask | None, user_id: int) -> str | None:
    """Return what the desk calls the subject of an alert; None for what has no name, or is gone."""
    if kind == "cluster":
        words = matching.cluster_name(session, facts["cluster"])
        return mask(words) if words and mask else words
    if kind not in ("source", "search"):
        return None
    if kind == "source":
        row: Source | SavedSearch | None = session.get(Source, facts["source"])
    else:
        row = _own_search(session, facts["search"], user_id)
    return row.name if row else None


def _own_search(session: Session, number: int, user_id: int) -> SavedSearch | None:
    """Return a saved search of a user; the number of one that was removed may be that of somebody else's by now."""
    saved = session.get(SavedSearch, number)
    return saved if saved is not None and saved.user_id == user_id else None


@router.post("/{number}/seen", dependencies=[RequireFormToken])
def see(desk: CurrentDesk, reviewer: CurrentReviewer, number: Number) -> Response:
    """Note that somebody has seen an alert."""
    with desk.database.work() as session:
        alert = alerts.by_id(session, number, reviewer.id)
        alerts.see(session, alert, user_id=reviewer.id, now=desk.clock.now())
        session.commit()
    return _back()


@router.post("/{number}/settled", dependencies=[allow(Right.DECIDE), RequireFormToken])
def settle(desk: CurrentDesk, reviewer: CurrentReviewer, number: Number) -> Response:
    """Note that nothing more is to be done about an alert."""
    now = desk.clock.now()
    with desk.database.work() as session:
        alert = alerts.by_id(session, number, reviewer.id)
        alerts.settle(session, alert, user_id=reviewer.id, now=now)
        audit.record(session, at=now, action="alert.settled", subject=f"alerts:{number}", user_id=reviewer.id)
        session.commit()
    return _back()


@router.post("/searches/{number}", dependencies=[RequireFormToken])
def watch(
    desk: CurrentDesk, reviewer: CurrentReviewer, number: Number, *, wanted: Annotated[bool, Form()] = False
) -> Response:
    """Begin or end to be told when one's own saved search finds something new."""
    with desk.database.work() as session:
        newest, now = alert_counts.newest_post(session), desk.clock.now()
        alerts.watch(session, reviewer.id, number, wanted=wanted, newest_post=newest, now=now)
        session.commit()
    return _back()


def _back() -> Response:
    return RedirectResponse("/alerts", status_code=HTTPStatus.SEE_OTHER)
