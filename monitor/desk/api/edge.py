"""Requests to the API that are refused before they reach it, with problem details, which the desk would not send."""

from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from monitor.desk.api.problems import problem

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
