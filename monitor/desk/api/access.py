"""Who may use an operation of the API: the key of a request, its scopes, its rate limit."""

import logging
import math
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from threading import Lock
from typing import Annotated, Any, Final

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from monitor.clock import Clock
from monitor.desk.api.keys import PREFIX, Scope
from monitor.desk.api.problems import ApiProblem
from monitor.desk.views.masking import Mask
from monitor.desk.web.auth import client_address
from monitor.desk.web.passwords import token_hash
from monitor.review.roles import Right, may
from storage.accounts import api_keys
from storage.database import Database

_BEARER: Final = HTTPBearer(
    auto_error=False, scheme_name="key", description="A key of `kiemtin keys add`, as `Authorization: Bearer kt_…`."
)


MAX_BUCKETS: Final = 10_000  # beyond it the longest unused are dropped, so that memory stays bounded


@dataclass
class _Bucket:
    tokens: float
    at: float


class RateLimit:
    """Allows so many requests a minute for each owner, a minute's worth of them at once.

    Args:
        clock: Its monotonic time is used.
        per_minute: How many requests a minute.

    """

    def __init__(self, clock: Clock, per_minute: int) -> None:
        self._clock = clock
        self._per_minute = per_minute
        self._lock = Lock()
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, owner: str) -> int:
        """Take one request from an owner's bucket.

        Returns:
            0 when it may go on; else how many seconds to wait, at least 1.

        """
        with self._lock:
            now = self._clock.monotonic()
            bucket = self._buckets.setdefault(owner, _Bucket(float(self._per_minute), now))
            self._buckets.move_to_end(owner)
            refilled = bucket.tokens + (now - bucket.at) * self._per_minute / 60
            bucket.tokens, bucket.at = min(float(self._per_minute), refilled), now
            while len(self._buckets) > MAX_BUCKETS:
                self._buckets.popitem(last=False)
            if bucket.tokens < 1:
                return max(1, math.ceil((1 - bucket.tokens) * 60 / self._per_minute))
            bucket.tokens -= 1
            return 0


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
