"""The factory of the desk's web application."""

from collections.abc import Awaitable, Callable
from threading import Lock
from typing import TYPE_CHECKING, Final

from fastapi import FastAPI
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.staticfiles import StaticFiles

from classifiers.text.segment import Segmenter
from monitor.clock import Clock
from monitor.collectors.base import Batch
from monitor.desk.api.problems import ApiEdge
from monitor.desk.pages import (
    account,
    alerts,
    appearance,
    backup,
    corrections,
    flag,
    focus,
    health,
    home,
    manual,
    matters,
    people,
    queue,
    reports,
    search,
    second_factor,
    sign_in,
    sources,
    start,
    teach,
    thresholds,
)
from monitor.desk.views.masking import Mask
from monitor.desk.web import error_pages
from monitor.desk.web.desk import STATIC_DIR, Desk, make_templates
from monitor.desk.web.known_devices import KnownDevices
from monitor.desk.web.language import LanguageOfRequest, load_languages
from monitor.desk.web.passwords import PasswordChecks, hash_password, one_time_password
from monitor.desk.web.request_origin import RequestOrigin, known_hosts
from monitor.desk.web.second_factor import SecondFactor
from monitor.desk.web.security_headers import SecurityHeaders
from monitor.desk.web.throttle import Throttle
from monitor.settings.settings import Settings
from storage.accounts.sessions import LONGEST
from storage.database import Database
from storage.models import Source

if TYPE_CHECKING:
    from monitor.learning.teaching import BackgroundTeaching
    from monitor.outbox.issue import ReportOffice

MAX_FORM_BYTES: Final = 64 * 1024
API_PATH: Final = "/api/v1"
SESSION_COOKIE: Final = "kiemtin_desk"
ROUTERS: Final = (
    health.router,
    sign_in.router,
    second_factor.router,
    sign_in.joining,
    appearance.router,
    account.router,
    people.router,
    backup.router,
    home.router,
    sources.router,
    start.router,
    manual.router,
    queue.router,
    search.router,
    search.keeping,
    flag.router,
    matters.router,
    alerts.router,
    corrections.router,
    teach.router,
    thresholds.router,
    focus.router,
    reports.router,
)


def create_app(
    database: Database,
    clock: Clock,
    settings: Settings,
    secret: str,
    *,
    teaching: "BackgroundTeaching",
    reporting: "Callable[[], ReportOffice]",
    look_at: Callable[[Source], Awaitable[list[Batch]]],
    segmenter: Segmenter,
    mask: Mask,
    api: FastAPI,
) -> FastAPI:
    """Build the desk.

    Args:
        database: An upgraded database; each request opens its own unit of work.
        clock: What time it is.
        settings: Lease time and the folder of reports are taken from here.
        secret: Signs cookies. Changing it ends all sessions.
        teaching: Takes the steps of teaching.
        reporting: Makes what issues, withdraws and replaces reports.
        look_at: Reads a source until it gives some posts, of which nothing is stored.
        segmenter: Knows which syllables of a search make a word.
        mask: Replaces personal data in a text that is shown or exported.
        api: The API (`monitor.desk.api.app.create_api`), served under /api/v1.

    Returns:
        An ASGI application that loads nothing from other sites.

    """
    secure = settings.desk_is_https
    # FastAPI's generated API pages load scripts from other sites; pages are nothing to describe, and the API does it.
    app = FastAPI(
        title="KiểmTin", docs_url=None, redoc_url=None, openapi_url=None, exception_handlers=error_pages.HANDLERS
    )
    app.state.desk = Desk(
        database=database,
        clock=clock,
        settings=settings,
        templates=make_templates(),
        throttle=Throttle(clock),
        passwords=PasswordChecks(),
        devices=KnownDevices(secret, secure=secure),
        second_factor=SecondFactor(secret),
        teaching=teaching,
        reporting=reporting,
        look_at=look_at,
        segmenter=segmenter,
        mask=mask,
        exporting=Lock(),
        stand_in_hash=hash_password(one_time_password()),
    )
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=MAX_FORM_BYTES)
    app.add_middleware(
        SessionMiddleware,
        secret_key=secret,
        session_cookie=session_cookie(secure=secure),
        max_age=int(LONGEST.total_seconds()),
        same_site="lax",
        https_only=secure,
    )
    app.add_middleware(ApiEdge, most=MAX_FORM_BYTES)
    app.add_middleware(LanguageOfRequest, languages=load_languages())
    # The last one added is the outermost: even a refused request gets the security headers.
    app.add_middleware(RequestOrigin, hosts=known_hosts(settings))
    app.add_middleware(SecurityHeaders, https=secure)
    for router in ROUTERS:
        app.include_router(router)
    app.mount(API_PATH, api)
    app.mount("/static", StaticFiles(directory=STATIC_DIR), name="static")
    return app


def session_cookie(*, secure: bool) -> str:
    """Return the name of the session cookie; browsers take `__Host-` by HTTPS alone and from this host alone."""
    return f"__Host-{SESSION_COOKIE}" if secure else SESSION_COOKIE
