"""What a Jetstream server sends, read at the edge: a source's settings, events of the two wire forms, refusals."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from monitor.collectors.base import SourceView
from monitor.collectors.bluesky.record import POST_COLLECTION, languages_of
from monitor.collectors.parsing.dates import parse_date
from monitor.errors import UsageError

CURSOR_TOO_OLD = "CursorTooOld"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_EVENTS_PATH = "/xrpc/network.bsky.jetstream.subscribeEvents"
_EVENTS_PROTOCOL = "xrpc.v1.json"
_MOST_SECONDS = 3600
_MOST_EVENTS = 1_000_000
_LONGEST_EXPLANATION = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """What a source asks of which server.

    Settings of a source: `protocol` is `v1` (the default, `/subscribe`) or `v2` (`subscribeEvents`); `max_seconds` and
    `max_events` end a reading; `languages` are those to keep (`vi` by default, `*` for all). A post that names no
    language is kept when it looks Vietnamese and `vi` is among them.
    """

    base: str
    protocol: str
    max_seconds: float
    max_events: int
    languages: frozenset[str]

    @classmethod
    def of_source(cls, source: SourceView) -> "Subscription":
        """Read a source's settings.

        Raises:
            UsageError: When they are not as described.

        """
        if not source.address.startswith(("wss://", "ws://")):
            raise UsageError(f"source {source.name}: the address of a stream must begin with wss://")
        protocol = source.settings.get("protocol", "v1")
        if protocol not in ("v1", "v2"):
            raise UsageError(f"source {source.name}: `protocol` is {protocol!r}: use v1 or v2")
        seconds, events = source.settings.get("max_seconds", 60), source.settings.get("max_events", 20_000)
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds <= _MOST_SECONDS:
            raise UsageError(f"source {source.name}: `max_seconds` must be a number up to {_MOST_SECONDS}")
        if isinstance(events, bool) or not isinstance(events, int) or not 0 < events <= _MOST_EVENTS:
            raise UsageError(f"source {source.name}: `max_events` must be a whole number up to {_MOST_EVENTS}")
        return cls(
            base=source.address.rstrip("/").removesuffix("/subscribe").removesuffix(_EVENTS_PATH),
            protocol=protocol,
            max_seconds=float(seconds),
            max_events=events,
            languages=languages_of(source),
        )

    @property
    def subprotocol(self) -> str | None:
        """What is spoken inside the websocket."""
        return _EVENTS_PROTOCOL if self.protocol == "v2" else None

    @property
    def bears_pings(self) -> bool:
        """Whether the server lets the client send anything: the second form hangs up on whoever does."""
        return self.protocol == "v1"

    def url(self, cursor: int | None = None) -> str:
        """Give the address of the stream from a time on, in microseconds since 1970; None for the present."""
        since = [("cursor", str(cursor))] if cursor is not None else []
        if self.protocol == "v1":
            return f"{self.base}/subscribe?{urlencode([('wantedCollections', POST_COLLECTION), *since])}"
        wanted = [("kinds", "commit"), ("kinds", "account"), ("collections", POST_COLLECTION), *since]
        return f"{self.base}{_EVENTS_PATH}?{urlencode(wanted)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event: `operation` is create, update or delete of a post, away or back of an account, or other.

    `time_us` is when the server saw it, in microseconds since 1970.
    """

    operation: str
    did: str
    time_us: int
    key: str = ""
    record: Any = None

    @property
    def time(self) -> datetime:
        """When the server saw it, UTC."""
        return from_microseconds(self.time_us)


@dataclass(frozen=True, slots=True, kw_only=True)
class Farewell:
    """The last message of a connection: why the server ends it."""

    name: str
    explanation: str


def read_message(message: str) -> Event | Farewell | None:
    """Read one message of either wire form; None when it is neither."""
    try:
        payload = json.loads(message)
    except (ValueError, RecursionError):
        return None
    if not isinstance(payload, dict):
        return None
    if payload.get("$type") == "error":
        said = " ".join(f"{payload.get('error') or 'error'} {payload.get('message') or ''}".split())
        return Farewell(name=str(payload.get("error")), explanation=said[:_LONGEST_EXPLANATION])
    if payload.get("$type") == "message":
        inner = payload.get("payload")
        return _second_form(inner) if isinstance(inner, dict) else None
    return _first_form(payload)


def refusal_name(body: bytes) -> str:
    """Read the name of an error from the answer to a handshake; empty when there is none."""
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        return CURSOR_TOO_OLD if CURSOR_TOO_OLD.encode() in body else ""
    return str(payload.get("error") or "") if isinstance(payload, dict) else ""


def to_microseconds(moment: datetime) -> int:
    """Count the microseconds since 1970."""
    return (moment - _EPOCH) // _MICROSECOND


def from_microseconds(count: int) -> datetime:
    """Give the time of a count of microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=count)


def _first_form(payload: Mapping[str, Any]) -> Event | None:
    time_us = payload.get("time_us")
    if isinstance(time_us, bool) or not isinstance(time_us, int):
        return None
    kind = payload.get("kind")
    return _event(kind, payload, payload.get("commit") if kind == "commit" else None, time_us)


def _second_form(payload: Mapping[str, Any]) -> Event | None:
    # `seq` is not used: it counts on one server only, and the next reading may be of another.
    said = payload.get("time")
    moment = parse_date(said) if isinstance(said, str) else None
    if moment is None:
        return None
    kind = str(payload.get("$type")).rpartition("#")[2]
    return _event(kind, payload, payload if kind == "commit" else None, to_microseconds(moment))


def _event(kind: Any, payload: Mapping[str, Any], commit: Any, time_us: int) -> Event | None:
    did = payload.get("did")
    latest = to_microseconds(datetime.max.replace(tzinfo=UTC))
    if not isinstance(did, str) or not 0 <= time_us <= latest:
        return None
    if kind == "account":
        account = payload.get("account")
        active = account.get("active") if isinstance(account, dict) else None
        operation = "back" if active is True else "away" if active is False else "other"
        return Event(operation=operation, did=did, time_us=time_us)
    if kind != "commit":
        return Event(operation="other", did=did, time_us=time_us)
    return _commit(commit, did, time_us) if isinstance(commit, dict) else None


def _commit(commit: Mapping[str, Any], did: str, time_us: int) -> Event | None:
    operation, key = commit.get("operation"), commit.get("rkey")
    if commit.get("collection") != POST_COLLECTION or operation not in ("create", "update", "delete"):
        return Event(operation="other", did=did, time_us=time_us)
    if not isinstance(key, str):
        return None
    return Event(operation=operation, did=did, time_us=time_us, key=key, record=commit.get("record"))
