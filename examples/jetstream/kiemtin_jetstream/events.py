"""What a Jetstream server sends, read at the edge: a source's settings, events of the two wire forms, refusals."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal
from urllib.parse import urlencode

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from monitor.collectors.base import SourceView
from monitor.collectors.bluesky.record import POST_COLLECTION, Did, Record, RecordKey, languages_of
from monitor.collectors.parsing.dates import parse_date
from monitor.collectors.parsing.json_models import CamelModel, Lenient, Text, parse_json, read_row
from monitor.errors import UsageError

CURSOR_TOO_OLD = "CursorTooOld"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_EVENTS_PATH = "/xrpc/network.bsky.jetstream.subscribeEvents"
_EVENTS_PROTOCOL = "xrpc.v1.json"
_MOST_SECONDS = 3600
_MOST_EVENTS = 1_000_000
_LONGEST_EXPLANATION = 200
_LATEST = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND

Microseconds = Annotated[int, Field(ge=0, le=_LATEST)]
"""A time in microseconds since 1970."""


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
    def from_source(cls, source: SourceView) -> "Subscription":
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
    def accepts_pings(self) -> bool:
        """Whether the client may send pings; a server of the second form then closes the connection."""
        return self.protocol == "v1"

    def url(self, cursor: int | None = None) -> str:
        """Give the address of the stream from a time on, in microseconds since 1970; None for the present."""
        since = [("cursor", str(cursor))] if cursor is not None else []
        if self.protocol == "v1":
            return f"{self.base}/subscribe?{urlencode([('wantedCollections', POST_COLLECTION), *since])}"
        wanted = [("kinds", "commit"), ("kinds", "account"), ("collections", POST_COLLECTION), *since]
        return f"{self.base}{_EVENTS_PATH}?{urlencode(wanted)}"


class Commit(CamelModel):
    """A change of one record. `record` is None when it was deleted, or is not a post."""

    operation: Text
    collection: Text
    rkey: RecordKey
    record: Lenient[Record] = None


class Account(CamelModel):
    """Whether an account can be seen."""

    active: Lenient[bool] = None


class FirstForm(CamelModel):
    """A message of `/subscribe`."""

    did: Did
    time_us: Microseconds = Field(alias="time_us")
    kind: Text
    commit: Commit | None = None
    account: Account | None = None


class SecondFormPayload(CamelModel):
    """What a message of `subscribeEvents` carries. Its `seq` is not read: each server counts for itself."""

    type: Text = Field(alias="$type")
    did: Did
    time: Text
    account: Account | None = None


class SecondFormCommit(SecondFormPayload, Commit):
    """A commit of the second form, whose fields stand beside the others."""


class SecondForm(CamelModel):
    """A message of `subscribeEvents`."""

    type: Literal["message"] = Field(alias="$type")
    payload: Annotated[SecondFormCommit | SecondFormPayload, Field(union_mode="left_to_right")]


class ErrorFrame(CamelModel):
    """The last message of a connection of the second form."""

    type: Literal["error"] = Field(alias="$type")
    error: Lenient[Text] = None
    message: Lenient[Text] = None


class Refusal(CamelModel):
    """The answer to a handshake that the server rejects."""

    error: Lenient[Text] = None


# The first form comes first because nearly all messages have it; pydantic parses the JSON itself, faster than `json`.
_FRAME: TypeAdapter[FirstForm | SecondForm | ErrorFrame] = TypeAdapter(
    Annotated[FirstForm | SecondForm | ErrorFrame, Field(union_mode="left_to_right")],
    config=ConfigDict(defer_build=True),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event: `operation` is create, update or delete (a post), activated or deactivated (an account), or other.

    `time_us` is when the server saw it, in microseconds since 1970.
    """

    operation: str
    did: str
    time_us: int
    key: str = ""
    record: Record | None = None

    @property
    def time(self) -> datetime:
        """When the server saw it, UTC."""
        return from_microseconds(self.time_us)


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamEnd:
    """The last message of a connection: why the server ends it."""

    name: str
    explanation: str


def read_message(message: str) -> Event | StreamEnd | None:
    """Read one message of either wire form; None when it is neither."""
    try:
        frame = _FRAME.validate_json(message)
    except ValidationError:
        return None
    if isinstance(frame, ErrorFrame):
        explanation = " ".join(f"{frame.error or 'error'} {frame.message or ''}".split())
        return StreamEnd(name=frame.error or "", explanation=explanation[:_LONGEST_EXPLANATION])
    if isinstance(frame, SecondForm):
        return _second_form(frame.payload)
    return _event(frame.kind, frame.did, frame.time_us, frame.commit, frame.account)


def refusal_name(body: bytes) -> str:
    """Read the name of an error from the answer to a handshake; empty when there is none."""
    try:
        refusal = read_row(Refusal, parse_json(body))
    except ValueError:
        return CURSOR_TOO_OLD if CURSOR_TOO_OLD.encode() in body else ""
    return (refusal.error or "") if refusal else ""


def to_microseconds(moment: datetime) -> int:
    """Count the microseconds since 1970."""
    return (moment - _EPOCH) // _MICROSECOND


def from_microseconds(count: int) -> datetime:
    """Give the time of a count of microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=count)


def _second_form(payload: SecondFormPayload) -> Event | None:
    moment = parse_date(payload.time)
    if moment is None:
        return None
    kind = payload.type.rpartition("#")[2]
    commit = payload if isinstance(payload, SecondFormCommit) else None
    return _event(kind, payload.did, to_microseconds(moment), commit, payload.account)


def _event(kind: str, did: str, time_us: int, commit: Commit | None, account: Account | None) -> Event | None:
    if kind == "account":
        active = account.active if account else None
        operation = {True: "activated", False: "deactivated", None: "other"}[active]
        return Event(operation=operation, did=did, time_us=time_us)
    if kind != "commit":
        return Event(operation="other", did=did, time_us=time_us)
    if commit is None:
        return None
    if commit.collection != POST_COLLECTION or commit.operation not in ("create", "update", "delete"):
        return Event(operation="other", did=did, time_us=time_us)
    return Event(operation=commit.operation, did=did, time_us=time_us, key=commit.rkey, record=commit.record)
