"""Language and theme of the desk, each chosen by one click and kept in a cookie of the browser; colours of labels."""

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Form
from starlette.responses import RedirectResponse, Response

from monitor.desk.web.auth import RequireFormToken
from monitor.desk.web.desk import THEME_COOKIE, THEMES, CurrentDesk
from monitor.desk.web.label_colours import stylesheet
from monitor.desk.web.language import LANGUAGE_COOKIE, LANGUAGES
from monitor.desk.web.request_origin import MAX_ADDRESS, own_address

router = APIRouter()

_YEAR: Final = 365 * 24 * 60 * 60


@router.post("/appearance", dependencies=[RequireFormToken])
def choose(
    desk: CurrentDesk,
    language: Annotated[str, Form()] = "",
    theme: Annotated[str, Form()] = "",
    back: Annotated[str, Form(max_length=MAX_ADDRESS)] = "/",
) -> Response:
    """Remember what was chosen, and go back to the page."""
    response = RedirectResponse(own_address(back), status_code=HTTPStatus.SEE_OTHER)
    for cookie, value, known in ((LANGUAGE_COOKIE, language, LANGUAGES), (THEME_COOKIE, theme, THEMES)):
        if value in known:
            response.set_cookie(
                cookie, value, max_age=_YEAR, httponly=True, samesite="lax", secure=desk.settings.desk_is_https
            )
    return response


@router.get("/static/labels.css")
def label_colours() -> Response:
    """Send the colours of labels."""
    return Response(stylesheet(dark=False), media_type="text/css")


@router.get("/static/labels-dark.css")
def dark_label_colours() -> Response:
    """Send the colours of labels in the dark theme."""
    return Response(stylesheet(dark=True), media_type="text/css")
