"""Alerts: what is out of its usual range or did not happen; each is seen and settled by a person."""

from collections.abc import Mapping
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Form
from sqlalchemy.orm import Session
from starlette.responses import Response

from monitor.desk.views.masking import Mask
from monitor.desk.web.auth import CurrentVisit, RequireFormToken, RowId, allow
from monitor.desk.web.desk import to
from monitor.desk.web.language import language_of_request
from monitor.outbox.alert_wording import alert_line, alert_path
from monitor.review.roles import Right
from monitor.scoring.summary import summary_of
from storage.accounts import users
from storage.figures import alert_counts
from storage.models import SavedSearch, Source
from storage.outbox import alerts
from storage.review import flags
from storage.search import saved_searches

router = APIRouter(prefix="/alerts", dependencies=[allow(Right.READ)])

HOME: Final = "/alerts"


@router.get("")
def show_all(visit: CurrentVisit, state: str = "") -> Response:
    """List the alerts that nobody has settled, or those that somebody has; and one's searches that can be watched."""
    settled = state == "settled"
    language, own = language_of_request(), visit.user_id
    with visit.work() as session:
        names: dict[int | None, str] = {user.id: user.name for user in users.all_users(session)}
        rows = [
            {
                "alert": alert,
                "line": alert_line(
                    alert.kind, alert.facts, language, _name(session, alert.kind, alert.facts, visit.desk.mask, own)
                ),
                "path": _path(session, alert.kind, alert.facts, own),
                "seen_by": names.get(alert.seen_by),
                "settled_by": names.get(alert.settled_by),
            }
            for alert in alerts.listed(session, own, settled=settled)
        ]
        context = {
            "rows": rows,
            "settled": settled,
            "searches": saved_searches.of_user(session, own, "search"),
            "watched": alerts.watched_by(session, own),
        }
    return visit.render("alerts.html", context)


def _path(session: Session, kind: str, facts: Mapping[str, Any], user_id: int) -> str:
    """Return where one can act on an alert: a post of the cluster, the search, or a page."""
    if kind == "cluster":
        flag = alert_counts.flag_of_cluster(session, facts["cluster"])
        return f"/flags/{flag}" if flag else alert_path(kind, facts)
    if kind == "search":
        saved = _own_search(session, facts["search"], user_id)
        return f"/search?{urlencode(saved.query)}" if saved else ""
    return alert_path(kind, facts)


def _name(session: Session, kind: str, facts: Mapping[str, Any], mask: Mask, user_id: int) -> str | None:
    """Return what the desk calls the subject of an alert; None for what has no name, or is gone."""
    if kind == "cluster":
        flag = alert_counts.flag_of_cluster(session, facts["cluster"])
        return summary_of(flags.by_id(session, flag), mask) or None if flag else None
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
def see(visit: CurrentVisit, number: RowId) -> Response:
    """Note that somebody has seen an alert."""
    with visit.changes() as session:
        alerts.see(session, alerts.by_id(session, number, visit.user_id), user_id=visit.user_id, now=visit.now)
    return to(HOME)


@router.post("/{number}/settled", dependencies=[allow(Right.DECIDE), RequireFormToken])
def settle(visit: CurrentVisit, number: RowId) -> Response:
    """Note that nothing more is to be done about an alert."""
    with visit.changes() as session:
        alerts.settle(session, alerts.by_id(session, number, visit.user_id), user_id=visit.user_id, now=visit.now)
        visit.record(session, "alert.settled", f"alerts:{number}")
    return to(HOME)


@router.post("/searches/{number}", dependencies=[RequireFormToken])
def watch(visit: CurrentVisit, number: RowId, *, wanted: Annotated[bool, Form()] = False) -> Response:
    """Begin or end to be told when one's own saved search finds something new."""
    with visit.changes() as session:
        newest = alert_counts.newest_post(session)
        alerts.watch(session, visit.user_id, number, wanted=wanted, newest_post=newest, now=visit.now)
    return to(HOME)
