"""Who may use an operation of the API: the key of a request, its scopes, its rate limit."""

import logging
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from monitor.clock import Clock
from monitor.desk.api.problems import ApiProblem
from monitor.desk.api.rate_limit import RateLimit
from monitor.desk.api.scopes import Scope
from monitor.desk.views.masking import Mask
from monitor.desk.web.auth import client_address
from monitor.desk.web.tokens import token_hash
from monitor.review.roles import Right, may
from storage.accounts import api_keys
from storage.database import Database

PREFIX: Final = "kt_"  # lets a scanner for secrets recognise a key
_BEARER: Final = HTTPBearer(
    auto_error=False, scheme_name="key", description="A key of `kiemtin keys add`, as `Authorization: Bearer kt_…`."
)


@dataclass(frozen=True, slots=True)
class ApiContext:
    """What every operation needs.

    Args:
        database: Flags, posts and decisions.
        clock: Tells the time.
        mask: Replaces personal data in a text.
        limit: Counts the requests of keys.
        refused: Counts requests without a usable key, by address.

    """

    database: Database
    clock: Clock
    mask: Mask
    limit: RateLimit
    refused: RateLimit


@dataclass(frozen=True, slots=True)
class Caller:
    """The key of a request, and the account in whose name it decides."""

    key_id: int
    name: str
    scopes: frozenset[str]
    expires_at: datetime
    user_id: int | None
    user_role: str | None

    @property
    def account(self) -> int:
        """The account in whose name the key decides.

        Raises:
            ApiProblem: 403 when it has none.

        """
        if self.user_id is None:
            raise ApiProblem(HTTPStatus.FORBIDDEN, f"the key {self.name} has no account in whose name it could decide")
        return self.user_id


def context_of(request: Request) -> ApiContext:
    """Return the context of the application that serves a request."""
    context: ApiContext = request.app.state.context
    return context


Context = Annotated[ApiContext, Depends(context_of)]


def caller(
    request: Request,
    context: Context,
    given: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)],
) -> Caller:
    """Return whose key a request carries.

    Raises:
        ApiProblem: 401 without a usable key, 429 beyond the rate limit.

    """
    address = client_address(request)
    now = context.clock.now()
    row = None
    if given is not None and given.credentials.startswith(PREFIX):
        with context.database.work() as session:
            row = api_keys.live(session, token_hash(given.credentials), now)
            if row is not None and api_keys.touch(row, now):
                session.commit()
    if row is None:
        logging.getLogger("kiemtin.api").info("a request from %s is refused: it has no usable key", address)
        _check_limit(context.refused, f"address:{address}")
        detail = "a key is needed that is neither revoked nor expired: `kiemtin keys add` makes one"
        raise ApiProblem(HTTPStatus.UNAUTHORIZED, detail, {"WWW-Authenticate": "Bearer"})
    _check_limit(context.limit, f"key:{row.id}")
    return Caller(
        key_id=row.id,
        name=row.name,
        scopes=frozenset(row.scopes),
        expires_at=row.expires_at,
        user_id=row.user_id,
        user_role=row.user.role if row.user else None,
    )


def _check_limit(limit: RateLimit, owner: str) -> None:
    wait = limit.take(owner)
    if wait:
        detail = f"too many requests within a minute: go on in {wait} seconds"
        raise ApiProblem(HTTPStatus.TOO_MANY_REQUESTS, detail, {"Retry-After": str(wait)})


CurrentCaller = Annotated[Caller, Depends(caller)]


@dataclass(frozen=True, slots=True)
class Scoped:
    """A dependency of an operation: lets those through whose key has a scope."""

    scope: Scope

    def __call__(self, caller: CurrentCaller) -> None:
        """Check the scopes of the key, and for decisions the role of its account.

        Raises:
            ApiProblem: 403 when one is missing.

        """
        if self.scope not in caller.scopes:
            raise ApiProblem(HTTPStatus.FORBIDDEN, f"the key {caller.name} lacks the scope {self.scope}")
        if self.scope == Scope.DECIDE and (caller.user_role is None or not may(caller.user_role, Right.DECIDE)):
            raise ApiProblem(HTTPStatus.FORBIDDEN, f"the account of the key {caller.name} may not decide")


def needs(scope: Scope) -> Any:
    """Make the dependency of an operation that needs a scope. Every operation names one; without it a test fails."""
    return Depends(Scoped(scope))
