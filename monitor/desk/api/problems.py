"""Errors of the API as problem details, RFC 9457."""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from monitor.desk.web.security_headers import SECURITY_HEADERS
from monitor.errors import KiemtinError
from storage.errors import DataRejected, NotFound, StorageError

MEDIA_TYPE: Final = "application/problem+json"
_TYPES: Final[Mapping[int, str]] = {
    400: "bad-request",
    401: "key-needed",
    403: "scope-needed",
    404: "not-found",
    405: "method-not-allowed",
    409: "conflict",
    413: "too-large",
    421: "unknown-host",
    422: "invalid",
    429: "too-many-requests",
    500: "fault",
    503: "database-unavailable",
}
_DETAILS: Final[Mapping[int, str]] = {
    404: "there is no such operation: /api/v1/openapi.json lists them",
    405: "the resource does not take this method: /api/v1/openapi.json lists those that it takes",
    413: "the request is too large: send less at once",
}


class Fault(BaseModel):
    """One part of a request that is not valid."""

    place: str = Field(description="Where it stands, as query.limit or body.note.")
    message: str = Field(description="What is wrong with it.")


class Problem(BaseModel):
    """Problem details, RFC 9457."""

    type: str = Field(description="Which kind of problem it is, as a URN.", examples=["urn:kiemtin:problem:not-found"])
    title: str = Field(description="The name of the HTTP status.")
    status: int = Field(description="The HTTP status.", ge=400, le=599)
    detail: str = Field(description="What happened, and what to do.")
    errors: list[Fault] = Field(default_factory=list, description="The parts of the request that are not valid.")


class ApiProblem(KiemtinError):
    """A request that cannot be carried out.

    Args:
        status: The HTTP status.
        detail: What happened, and what to do.
        headers: Further headers of the response.

    """

    def __init__(self, status: HTTPStatus, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.headers = headers


def problem(
    status: int, detail: str, *, errors: Sequence[Fault] = (), headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """Make the response of a problem."""
    body = Problem(
        type=f"urn:kiemtin:problem:{_TYPES.get(status, 'bad-request')}",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        errors=list(errors),
    )
    return JSONResponse(body.model_dump(), status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def _api_problem(_request: Request, error: Exception) -> Response:
    # The handler's signature is wider than what it is registered for.
    known = error if isinstance(error, ApiProblem) else ApiProblem(HTTPStatus.BAD_REQUEST, str(error))
    return problem(known.status, str(known), headers=known.headers)


def _not_found(_request: Request, error: Exception) -> Response:
    return problem(HTTPStatus.NOT_FOUND, str(error))


def _database_trouble(_request: Request, error: Exception) -> Response:
    logging.getLogger("kiemtin.api").error("the API: %s", error)
    if isinstance(error, DataRejected):
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "the database refused a value: check what was sent")
    # The message names the place of the database, which is nobody's business.
    line = "the database cannot be used just now and nothing was written: try again later"
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, line, headers={"Retry-After": "30"})


def _http_error(_request: Request, error: Exception) -> Response:
    known = error if isinstance(error, HTTPException) else HTTPException(HTTPStatus.BAD_REQUEST)
    return problem(known.status_code, _DETAILS.get(known.status_code, known.detail), headers=known.headers)


def _invalid(_request: Request, error: Exception) -> Response:
    found = error.errors() if isinstance(error, RequestValidationError) else ()
    errors = [Fault(place=".".join(map(str, each["loc"])), message=str(each["msg"])) for each in found]
    return problem(
        HTTPStatus.UNPROCESSABLE_ENTITY, "the request is not valid: see `errors`, and send it again", errors=errors
    )


def _unexpected(_request: Request, _error: Exception) -> Response:
    # A fault of the program: the server logs it.
    line = "the program failed at this request: tell whoever runs it"
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, line, headers=SECURITY_HEADERS)


HANDLERS: Final[dict[int | type[Exception], Any]] = {
    ApiProblem: _api_problem,
    NotFound: _not_found,
    StorageError: _database_trouble,
    HTTPException: _http_error,
    RequestValidationError: _invalid,
    Exception: _unexpected,
}
"""What answers each error."""


PREFIX: Final = "/api/"


class ApiEdge:
    """ASGI middleware that refuses requests to the API that say they are too large, or whose path has a line break.

    The desk's own limit, behind it, still counts bodies of unstated length. A path with a line break would not be
    taken for one of the API at all.

    Args:
        app: The application behind it.
        most: The largest body, in bytes.

    """

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        refusal = None
        if scope["type"] == "http" and scope["path"].startswith(PREFIX):
            refusal = self._refusal(scope)
        await (refusal or self._app)(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        stated = Headers(scope=scope).get("content-length", "0")
        if stated.isascii() and stated.isdigit() and int(stated) > self._most:
            detail = f"the request has more than {self._most} bytes: send less at once"
            return problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)
        if "\n" in scope["path"]:
            return problem(HTTPStatus.NOT_FOUND, "there is no such operation: a path has no line breaks")
        return None
