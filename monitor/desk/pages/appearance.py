"""Language and theme of the desk, each chosen by one click and kept in a cookie of the browser; colours of labels."""

from collections.abc import Container, Mapping
from typing import Annotated, Final

from fastapi import APIRouter, Form
from starlette.responses import Response

from classifiers.labels import LABELS
from monitor.desk.web.auth import RequireFormToken
from monitor.desk.web.desk import THEME_COOKIE, THEMES, CurrentDesk, Desk, to
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
    response = keep_language(to(own_address(back)), desk, language)
    return _keep(response, desk, THEME_COOKIE, theme, THEMES)


def keep_language(response: Response, desk: Desk, language: str) -> Response:
    """Have the browser remember a language, if it is one of the desk's."""
    return _keep(response, desk, LANGUAGE_COOKIE, language, LANGUAGES)


def _keep(response: Response, desk: Desk, cookie: str, value: str, known: Container[str]) -> Response:
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


_WHITE, _BLACK, _DARK_PAPER = "#ffffff", "#000000", "#1a2224"
_MIXED: Final[Mapping[str, tuple[str, float]]] = {
    "soft": (_WHITE, 0.12),
    "text": (_BLACK, 0.68),
    "edge": (_WHITE, 0.42),
}
_MIXED_IN_THE_DARK: Final[Mapping[str, tuple[str, float]]] = {
    "": (_WHITE, 0.6),
    "soft": (_DARK_PAPER, 0.25),
    "text": (_WHITE, 0.42),
    "edge": (_DARK_PAPER, 0.65),
}
_RULES: Final = """\
.chip-{0} {{ background: var(--label-{0}-soft); color: var(--label-{0}-text); border-color: var(--label-{0}-edge); }}
.tone-{0} .bar-front {{ fill: var(--label-{0}); }}
.edge-{0} {{ border-top: 0.3rem solid var(--label-{0}); }}
.chart .tone-{0}, .key.tone-{0}::before {{ color: var(--label-{0}); }}
"""


def stylesheet(*, dark: bool) -> str:
    """Return the colours of all labels as variables, and in the light theme, which is always loaded, their rules."""
    lines = [
        f"  --label-{label.name}{use and '-'}{use}: {shade};"
        for label in LABELS
        for use, shade in shades(label.colour, dark=dark).items()
    ]
    rules = "" if dark else "".join(_RULES.format(label.name) for label in LABELS)
    return "\n".join((":root {", *lines, "}", rules))


def shades(colour: str, *, dark: bool) -> dict[str, str]:
    """Return the colours of a label by use: `""` for marks, `soft` behind text, `text`, and `edge` around it.

    Args:
        colour: The label's own, as `#rrggbb`.
        dark: Whether they stand on the dark theme.

    """
    mixed = _MIXED_IN_THE_DARK if dark else _MIXED
    return {"": colour, **{use: mix(colour, other, share) for use, (other, share) in mixed.items()}}


def mix(colour: str, other: str, share: float) -> str:
    """Mix two colours, of which the first has a share of 0 to 1."""
    pairs = ((int(colour[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(share * first + (1 - share) * second):02x}" for first, second in pairs)
