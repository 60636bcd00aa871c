"""The settings of a source of kind "webpage", validated before anything is read."""

from datetime import datetime, tzinfo
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

import soupsieve
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, InstanceOf, ValidationError, model_validator

from monitor.clock import VIETNAM
from monitor.collectors.base import SourceView
from monitor.collectors.http.urls import host_of, web_address, without_tracking
from monitor.collectors.parsing.dates import parse_date
from monitor.collectors.webpage.rules import Rule, RuleField, compile_css, compile_pattern
from monitor.errors import UsageError


def _css(written: object) -> soupsieve.SoupSieve:
    if not isinstance(written, str) or not written.strip():
        raise ValueError(f"{written!r} is no CSS selector")
    return compile_css(written.strip())


def _zone(written: object) -> tzinfo:
    try:
        return ZoneInfo(str(written))
    except (KeyError, OSError, ValueError) as error:
        raise ValueError(f"{written!r} is no time zone: write it like Asia/Ho_Chi_Minh") from error


CssField = Annotated[InstanceOf[soupsieve.SoupSieve], BeforeValidator(_css)]
ZoneField = Annotated[InstanceOf[tzinfo], BeforeValidator(_zone)]


class _Part(BaseModel):
    # A misspelt setting must be an error, or a rule would silently not apply.
    model_config = ConfigDict(extra="forbid", frozen=True)


class DateRule(_Part):
    """Where a post's date stands and how it is written.

    `formats` are tried first, as Python's `strptime` knows them; a date that names no zone is one of `tz`.
    """

    selector: RuleField
    attr: str | None = None
    formats: tuple[str, ...] = ()
    tz: ZoneField = VIETNAM

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        return _with_attribute({"selector": value} if isinstance(value, str) else value)

    @model_validator(mode="after")
    def _check_formats(self) -> Self:
        for written in self.formats:
            try:
                datetime.strptime(datetime(2026, 2, 1).strftime(written), written)  # noqa: DTZ001, DTZ007  only a trial
            except ValueError as error:
                raise ValueError(f"{written!r} is no date format") from error
        return self

    def read(self, raw: str) -> datetime | None:
        """Read a date by the formats, or as one that needs no telling; None when it is neither."""
        for written in self.formats:
            try:
                moment = datetime.strptime(raw, written)  # noqa: DTZ007 - the zone is put on below
            except ValueError:
                continue
            aware = moment if moment.tzinfo else moment.replace(tzinfo=self.tz)
            return parse_date(aware.isoformat())
        return parse_date(raw, default_zone=self.tz)


class IdRule(_Part):
    """What names a post for good: an attribute or text on the page, or, without `selector` and `attr`, its address.

    `regex` keeps a part of that.
    """

    selector: RuleField | None = None
    attr: str | None = None
    regex: Annotated[Any, BeforeValidator(lambda written: compile_pattern(str(written)))] = None

    @model_validator(mode="before")
    @classmethod
    def _fold(cls, value: Any) -> Any:
        if isinstance(value, dict) and not {"selector", "attr", "regex"} & value.keys():
            raise ValueError("say `selector`, `attr` or `regex`")
        return _with_attribute(value)


class Detail(_Part):
    """Where the parts of one post stand, on its page or in its item."""

    title: RuleField | None = None
    body: RuleField | None = None
    author: RuleField | None = None
    date: DateRule | None = None
    id: IdRule | None = None
    remove: tuple[CssField, ...] = ()


class ListPage(_Part):
    """Where the items of a list or thread stand, and where it goes on."""

    item: CssField | None = None
    link: RuleField = Rule.parse("a[href]@href")
    next: RuleField | None = None
    max_pages: int = Field(default=1, ge=1, le=50)


class WebpageSettings(_Part):
    """All settings of a source of this kind.

    Args:
        mode: `list` (pages whose items are posts, newest first), `single` (each start page is one post) or `thread`
            (each start page is the first of a discussion, oldest first).
        start_urls: Where to begin; the source's address when it is not set.
        allowed_hosts: Hosts that links may lead to; those of the start pages when it is not set.
        list: See `ListPage`; `item` is needed for lists.
        detail: See `Detail`.
        stop_when_known: After how many known items in a row a list is not read further.
        fetch_detail: Whether the items of a list only lead to their pages; else they are the posts themselves.
        max_details: How many pages of items one reading opens; the others wait for the next.
        look_again: How many watched pages one reading opens again, for edits and removals.
        claim_reviews: Whether fact checks that a page marks up as ClaimReview become posts of their own.

    """

    mode: Literal["list", "single", "thread"] = "single"
    start_urls: tuple[str, ...] = Field(min_length=1, max_length=20)
    allowed_hosts: frozenset[str] = frozenset()
    list: ListPage = ListPage()
    detail: Detail = Detail()
    stop_when_known: int = Field(default=5, ge=1, le=100)
    fetch_detail: bool = True
    max_details: int = Field(default=40, ge=1, le=200)
    look_again: int = Field(default=5, ge=0, le=50)
    claim_reviews: bool = True

    @model_validator(mode="after")
    def _check(self) -> Self:
        for url in self.start_urls:
            if web_address(url, "") is None or not host_of(url):
                raise ValueError(f"start_urls: {url!r} is no web address")
        if self.mode == "list" and self.list.item is None:
            raise ValueError("list.item is missing: a list needs the CSS selector of its items")
        if self.mode == "thread" and self.list.item is not None and self.detail.id is None:
            raise ValueError("detail.id is missing: posts of a thread need what names them for good")
        return self

    @property
    def hosts(self) -> frozenset[str]:
        """The hosts that may be read."""
        chosen = frozenset(host.lower() for host in self.allowed_hosts)
        return chosen or frozenset(host_of(url) for url in self.start_urls)

    @classmethod
    def from_source(cls, source: SourceView) -> "WebpageSettings":
        """Read a source's settings.

        Raises:
            UsageError: When they are not as described; names the first thing that is wrong.

        """
        try:
            return cls.model_validate({"start_urls": [source.address], **source.settings})
        except ValidationError as error:
            raise UsageError(f"source {source.name}: {_first_fault(error)}") from error


def page_key(url: str) -> str:
    """Return the key of a page in the cursor."""
    return without_tracking(url)


def _with_attribute(value: Any) -> Any:
    """Fold `attr` into the rule that it stands beside: `{"selector": "time", "attr": "datetime"}`."""
    if not isinstance(value, dict) or not isinstance(value.get("attr"), str):
        return value
    selector, attribute = value.get("selector") or "", value["attr"]
    if not isinstance(selector, str):
        return value
    css, bar, rest = selector.partition(" |")
    return value | {"selector": f"{css.strip()}@{attribute}{bar}{rest}"}


def _first_fault(error: ValidationError) -> str:
    fault = error.errors(include_url=False, include_context=False)[0]
    place = ".".join(str(part) for part in fault["loc"])
    unknown = fault["type"] == "extra_forbidden"
    message = "there is no such setting" if unknown else " ".join(fault["msg"].removeprefix("Value error, ").split())
    return f"`{place}`: {message}" if place else message
