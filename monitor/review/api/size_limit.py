"""The largest request that the API reads; a larger one gets problem details."""

from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from monitor.review.api.problems import problem

PREFIX: Final = "/api/"


class ApiSizeLimit:
    """ASGI middleware that refuses requests to the API that say they are too large.

    The desk's own limit, behind it, would answer without problem details; it still counts bodies of unstated length.

    Args:
        app: The application behind it.
        most: The largest body, in bytes.

    """

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "http" and scope["path"].startswith(PREFIX):
            stated = Headers(scope=scope).get("content-length", "0")
            if stated.isascii() and stated.isdigit() and int(stated) > self._most:
                detail = f"the request has more than {self._most} bytes: send less at once"
                await problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)(scope, receive, send)
                return
        await self._app(scope, receive, send)
