"""The factory of the API, which the desk mounts under /api/v1."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from monitor.clock import Clock
from monitor.desk.api import problems
from monitor.desk.api.access import ApiContext, RateLimit
from monitor.desk.api.problems import MEDIA_TYPE, Problem
from monitor.desk.api.routes import figures, flags, matters, posts
from monitor.desk.views.masking import Mask
from storage.database import Database

VERSION: Final = "1.0"
REQUESTS_PER_MINUTE: Final = 120  # of one key
REFUSALS_PER_MINUTE: Final = 60
ROUTERS: Final = (
    flags.router,
    flags.deciding,
    posts.router,
    posts.searching,
    matters.router,
    figures.router,
    figures.key_router,
)
TAGS: Final[tuple[dict[str, Any], ...]] = (
    {"name": "flags", "description": "Suggestions of the machine, and the decisions of people."},
    {"name": "posts", "description": "Posts and their copies."},
    {"name": "matters", "description": "Rumours and grievances, and what became of them."},
    {"name": "figures", "description": "Counts and reports."},
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
    app.openapi = partial(describe, app)  # type: ignore[method-assign]  # FastAPI's own way to replace it
    return app


_PROBLEMS: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "401": ("The request has no usable key.", {"WWW-Authenticate": "Bearer"}),
    "403": ("The key lacks the scope, or its account the right.", {}),
    "404": ("There is no such thing, or no page of this cursor.", {}),
    "422": ("The request is not valid.", {}),
    "429": ("Too many requests within a minute.", {"Retry-After": "Seconds until the next request."}),
    "503": ("The database cannot be used just now.", {"Retry-After": "Seconds until the next request."}),
}
_OF_BODIES: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "409": ("The decision does not fit what is stored by now.", {}),
    "413": ("The request is too large.", {}),
}
DESCRIPTION: Final = """What the review desk does, for programs. There are no authors: posts cannot be listed, filtered,
sorted or searched by author, and personal data in texts is masked.

A request carries a key: `Authorization: Bearer kt_…`. Lists are paged by cursors: send `next` of a page as `cursor`.
Errors are problem details, [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457). What is added later does not break
clients: ignore names that you do not know."""


def describe(app: FastAPI) -> dict[str, Any]:
    """Make the description of an application, and keep it."""
    if app.openapi_schema is None:
        schema = get_openapi(
            title=app.title,
            version=app.version,
            openapi_version="3.1.0",
            description=DESCRIPTION,
            routes=app.routes,
            servers=[{"url": "/api/v1"}],
            tags=app.openapi_tags,
        )
        schemas = schema["components"]["schemas"]
        schemas |= _problem_schemas()
        for name in ("HTTPValidationError", "ValidationError"):  # FastAPI's own, in place of which problems are sent
            schemas.pop(name, None)
        for operations in schema["paths"].values():
            for operation in operations.values():
                _add_problems(operation)
        app.openapi_schema = schema
    return app.openapi_schema


def _problem_schemas() -> dict[str, Any]:
    whole = Problem.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
    return {**whole.pop("$defs", {}), "Problem": whole}


def _add_problems(operation: dict[str, Any]) -> None:
    found = {**_PROBLEMS, **(_OF_BODIES if "requestBody" in operation else {})}
    for status, (description, headers) in found.items():
        operation["responses"][status] = {
            "description": description,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        if headers:
            operation["responses"][status]["headers"] = {
                name: {"description": text, "schema": {"type": "string"}} for name, text in headers.items()
            }
