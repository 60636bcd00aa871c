"""The description of the API, OpenAPI 3.1. What every operation may answer is added here once."""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from monitor.desk.api.problems import MEDIA_TYPE, Problem

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
