"""What every page of the desk needs, handed over in one piece."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import Depends, Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.responses import HTMLResponse
from starlette.templating import Jinja2Templates

from monitor.clock import VIETNAM, Clock
from monitor.review import wording
from monitor.review.throttle import Throttle
from monitor.settings import Settings
from storage.database import Database

TEMPLATES_DIR: Final = Path(__file__).parent / "templates"
STATIC_DIR: Final = Path(__file__).parent / "static"


@dataclass(frozen=True, slots=True)
class Desk:
    """The desk's belongings.

    Args:
        database: Where flags and reviews are.
        clock: What time it is.
        settings: The installation's settings.
        templates: The pages.
        throttle: Failed sign-ins of the last minutes.
        stand_in_hash: A hash of nobody's password, verified when a name is unknown so that the answer takes as long.

    """

    database: Database
    clock: Clock
    settings: Settings
    templates: Jinja2Templates
    throttle: Throttle
    stand_in_hash: str

    def lease_end(self, now: datetime) -> datetime:
        """Say until when a flag that is opened now is kept for its reviewer."""
        return now + timedelta(minutes=self.settings.lease_minutes)


def desk_of(request: Request) -> Desk:
    """Find the desk that a request came to."""
    desk: Desk = request.app.state.desk
    return desk


CurrentDesk = Annotated[Desk, Depends(desk_of)]


def make_templates() -> Jinja2Templates:
    """Load the pages: everything is escaped, and a value that was not handed over is an error."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES_DIR),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["local"] = local_time
    environment.filters["published"] = published_time
    environment.filters["thousands"] = thousands
    environment.globals["wording"] = wording
    return Jinja2Templates(env=environment)


def render(request: Request, template: str, context: dict[str, Any], *, status: int = 200) -> HTMLResponse:
    """Make a page, with the signed-in reviewer and the form token that every page carries."""
    shared = {
        "reviewer": getattr(request.state, "reviewer", None),
        "csrf": request.session.get("csrf", ""),
        "here": request.url.path,
    }
    return desk_of(request).templates.TemplateResponse(request, template, shared | context, status_code=status)


def local_time(moment: datetime) -> str:
    """Write a time as people in Vietnam read it: `21/11/2026 14:05`."""
    return moment.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M")


def published_time(moment: datetime, precision: str | None) -> str:
    """Write when a post came out, and say so where only its hour or its day is known: `khoảng ngày 21/11/2026`."""
    if precision == "day":
        return f"khoảng ngày {moment.astimezone(VIETNAM):%d/%m/%Y}"
    return f"khoảng {local_time(moment)}" if precision == "hour" else local_time(moment)


def thousands(number: int) -> str:
    """Write a number with Vietnamese thousands marks: `12.345`."""
    return f"{number:,}".replace(",", ".")
