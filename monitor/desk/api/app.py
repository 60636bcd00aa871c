"""The factory of the API, which the desk mounts under /api/v1."""

from functools import partial
from typing import Any, Final

from fastapi import FastAPI

from monitor.clock import Clock
from monitor.desk.api import openapi, problems
from monitor.desk.api.access import ApiContext
from monitor.desk.api.rate_limit import RateLimit
from monitor.desk.api.routes import cases, decisions, figures, flags, key, posts, search
from monitor.desk.views.masking import Mask
from storage.database import Database

VERSION: Final = "1.0"
REQUESTS_PER_MINUTE: Final = 120  # of one key
REFUSALS_PER_MINUTE: Final = 60
ROUTERS: Final = (flags.router, decisions.router, posts.router, search.router, cases.router, figures.router, key.router)
TAGS: Final[tuple[dict[str, Any], ...]] = (
    {"name": "flags", "description": "Suggestions of the machine, and the decisions of people."},
    {"name": "posts", "description": "Posts and their copies."},
    {"name": "cases", "description": "Confirmed concerns, and what became of them."},
    {"name": "figures", "description": "Counts and weekly summaries."},
    {"name": "key", "description": "What your key may do."},
)


def create_api(
    database: Database, clock: Clock, *, mask: Mask, requests_per_minute: int = REQUESTS_PER_MINUTE
) -> FastAPI:
    """Build the API.

    Args:
        database: An upgraded database; each request opens its own unit of work.
        clock: Tells the time.
        mask: Replaces personal data in a text.
        requests_per_minute: How many requests one key may send in a minute.

    Returns:
        An ASGI application that describes itself at /openapi.json.

    """
    app = FastAPI(
        title="KiểmTin",
        version=VERSION,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        root_path_in_servers=False,
        exception_handlers=problems.HANDLERS,
    )
    app.openapi_tags = list(TAGS)
    app.state.context = ApiContext(
        database=database,
        clock=clock,
        mask=mask,
        limit=RateLimit(clock, requests_per_minute),
        refused=RateLimit(clock, REFUSALS_PER_MINUTE),
    )
    for router in ROUTERS:
        app.include_router(router)
    app.openapi = partial(openapi.describe, app)  # type: ignore[method-assign]  # FastAPI's own way to replace it
    return app
