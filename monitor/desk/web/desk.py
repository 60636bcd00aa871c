"""The context of a request (database, clock, settings, templates), templates and their filters."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from http import HTTPStatus
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import Depends, Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse
from starlette.templating import Jinja2Templates

from classifiers.text.segment import Segmenter
from monitor.catalogues import N_
from monitor.clock import VIETNAM, Clock
from monitor.collectors.base import Batch
from monitor.collectors.http.urls import link_address
from monitor.desk.views.masking import Mask
from monitor.desk.views.veil import veil
from monitor.desk.web import wording
from monitor.desk.web.known_devices import KnownDevices
from monitor.desk.web.language import (
    LANGUAGES,
    Translated,
    counted,
    current_language,
    decimal,
    gettext,
    ngettext,
    thousands,
    told,
)
from monitor.desk.web.passwords import PasswordChecks, TooBusy
from monitor.desk.web.second_factor import SecondFactor
from monitor.desk.web.throttle import Throttle, password_counts
from monitor.settings.settings import Settings
from storage.accounts import users
from storage.database import Database
from storage.models import Source

if TYPE_CHECKING:
    from monitor.learning.teaching import BackgroundTeaching  # it brings what trains models
    from monitor.outbox.issue import ReportOffice  # it brings what writes documents

LEASE: Final = timedelta(minutes=15)  # for which an opened flag is kept for one reviewer
TEMPLATES_DIR: Final = Path(__file__).parent.parent / "templates"
STATIC_DIR: Final = Path(__file__).parent.parent / "static"
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
THEME_COOKIE: Final = "kiemtin_theme"
THEMES: Final = Translated({"light": N_("Sáng"), "dark": N_("Tối"), "system": N_("Theo máy")})


@dataclass(frozen=True, slots=True)
class Desk:
    """What every page needs.

    Args:
        database: Flags and reviews.
        clock: Tells the time.
        settings: The settings of the installation.
        templates: The Jinja templates.
        throttle: Counts failed sign-ins.
        passwords: Checks passwords, a bounded number at once.
        devices: Knows browsers that have signed in before.
        second_factor: Makes and checks the codes of authenticator apps.
        teaching: Takes the steps of teaching in the background.
        reporting: Makes what issues, withdraws and replaces reports.
        look_at: Reads a source until it gives some posts, of which nothing is stored.
        segmenter: Knows which syllables of a search make a word.
        mask: Replaces personal data in a text that is shown or exported.
        exporting: Held by the one export that runs: each takes a processor for as long as it masks thousands of posts.
        stand_in_hash: A hash that is verified when a user name is unknown, so that the response takes equally long and
            does not tell which names exist.

    """

    database: Database
    clock: Clock
    settings: Settings
    templates: Jinja2Templates
    throttle: Throttle
    passwords: PasswordChecks
    devices: KnownDevices
    second_factor: SecondFactor
    teaching: "BackgroundTeaching"
    reporting: "Callable[[], ReportOffice]"
    look_at: Callable[[Source], Awaitable[list[Batch]]]
    segmenter: Segmenter
    mask: Mask
    exporting: Lock
    stand_in_hash: str

    async def is_own_password(self, user_id: int, password: str) -> bool:
        """Tell whether somebody who is signed in typed their own password; too many wrong ones are not looked at.

        Raises:
            TooBusy: When too many passwords wait to be checked already.

        """
        attempt = self.throttle.begin(password_counts(user_id))
        if attempt.wait:
            return False
        stored = await run_in_threadpool(self._stored_password, user_id)
        try:
            right = await self.passwords.verify(password, stored, known=True)
        except TooBusy:
            self.throttle.unchecked(attempt)
            raise
        if right:
            self.throttle.succeeded(attempt)
        return right

    def _stored_password(self, user_id: int) -> str:
        with self.database.work() as session:
            return users.by_id(session, user_id).password_hash


def desk_of(request: Request) -> Desk:
    """Return the context of the application that serves a request."""
    desk: Desk = request.app.state.desk
    return desk


CurrentDesk = Annotated[Desk, Depends(desk_of)]


@cache
def make_templates() -> Jinja2Templates:
    """Set up Jinja, once a process: everything is escaped, and an undefined value is an error."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES_DIR),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.add_extension("jinja2.ext.i18n")
    environment.policies["ext.i18n.trimmed"] = True
    # The extension adds these two; its type stub does not say so.
    environment.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    environment.globals["counted"] = counted
    environment.filters["decimal"] = decimal
    environment.filters["browser"] = browser_name
    environment.filters["local"] = local_time
    environment.filters["local_day"] = _day
    environment.filters["day"] = day_of
    environment.filters["published"] = published_time
    environment.filters["thousands"] = thousands
    environment.filters["told"] = told
    environment.filters["web_address"] = link_address
    environment.globals["wording"] = wording
    environment.globals["veil"] = veil
    return Jinja2Templates(env=environment)


def render(request: Request, template: str, context: dict[str, Any], *, status: int = 200) -> HTMLResponse:
    """Render a page; reviewer and form token are added to its context."""
    theme = request.cookies.get(THEME_COOKIE, "")
    address = f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
    shared = {
        "reviewer": getattr(request.state, "reviewer", None),
        "csrf": request.session.get("csrf", ""),
        "here": request.url.path,
        "back": address if request.method == "GET" else "/",
        "language": current_language(),
        "languages": LANGUAGES,
        "theme": theme if theme in THEMES else "system",
        "themes": THEMES,
    }
    return desk_of(request).templates.TemplateResponse(request, template, shared | context, status_code=status)


def to(path: str) -> RedirectResponse:
    """Lead on to a page after a form was sent."""
    return RedirectResponse(path, status_code=HTTPStatus.SEE_OTHER)


def local_time(moment: datetime) -> str:
    """Write a time of Vietnam: `21/11/2026 14:05`, in English `21 Nov 2026 14:05`."""
    return f"{_day(moment)} {moment.astimezone(VIETNAM):%H:%M}"


def published_time(moment: datetime, precision: str | None) -> str:
    """Write when a post was published, with `khoảng` where only hour or day is known: `khoảng ngày 21/11/2026`."""
    if precision == "day":
        return gettext("khoảng ngày %(day)s") % {"day": _day(moment)}
    return gettext("khoảng %(time)s") % {"time": local_time(moment)} if precision == "hour" else local_time(moment)


def day_of(day: date) -> str:
    """Write a day: `21/11/2026`, in English `21 Nov 2026`, because 4/11 is a day of April to some."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}" if current_language() == "en" else f"{day:%d/%m/%Y}"


def _day(moment: datetime) -> str:
    return day_of(moment.astimezone(VIETNAM))


# The first that is found counts: most browsers also name those that they are like.
_BROWSERS: Final = {
    "coc_coc_browser": "Cốc Cốc",
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "FxiOS": "Firefox",
    "Firefox": "Firefox",
    "CriOS": "Chrome",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
_MACHINES: Final = ("iPhone", "iPad", "Android", "Windows", "Mac OS X", "Linux")


def browser_name(agent: str) -> str:
    """Return browser and machine, as `Chrome, Windows`; the line itself where it names no browser that is known.

    Args:
        agent: The header User-Agent, which anybody can set to anything.

    """
    browser = next((name for mark, name in _BROWSERS.items() if mark in agent), None)
    machine = next((name for name in _MACHINES if name in agent), None)
    return ", ".join(filter(None, (browser, machine))) if browser else agent
