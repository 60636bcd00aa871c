"""The settings of a source of kind "webpage", validated before anything is read."""

from typing import Annotated, Literal, Self

import soupsieve
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, InstanceOf, ValidationError, model_validator

from monitor.collectors.base import SourceView
from monitor.collectors.http.urls import host_of, web_address, without_tracking
from monitor.collectors.webpage.rules import Rule, RuleField, compile_css
from monitor.errors import UsageError


def _css(written: object) -> soupsieve.SoupSieve:
    if not isinstance(written, str) or not written.strip():
        raise ValueError(f"{written!r} is no CSS selector")
    return compile_css(written.strip())


CssField = Annotated[InstanceOf[soupsieve.SoupSieve], BeforeValidator(_css)]


class _Part(BaseModel):
    # A misspelt setting must be an error, or a rule would silently not apply.
    model_config = ConfigDict(extra="forbid", frozen=True)


class Detail(_Part):
    """Where the parts of one post stand, on its page or in its item.

    `id` is what names the post for good; without it that is its address.
    """

    title: RuleField | None = None
    body: RuleField | None = None
    author: RuleField | None = None
    date: RuleField | None = None
    id: RuleField | None = None
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
        fetch_detail: Whether the items of a list only lead to their pages; else they are the posts themselves.
        max_details: How many pages of items one reading opens; the others wait for the next.

    """

    mode: Literal["list", "single", "thread"] = "single"
    start_urls: tuple[str, ...] = Field(min_length=1, max_length=20)
    allowed_hosts: frozenset[str] = frozenset()
    list: ListPage = ListPage()
    detail: Detail = Detail()
    fetch_detail: bool = True
    max_details: int = Field(default=40, ge=1, le=200)

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


def _first_fault(error: ValidationError) -> str:
    fault = error.errors(include_url=False, include_context=False)[0]
    place = ".".join(str(part) for part in fault["loc"])
    unknown = fault["type"] == "extra_forbidden"
    message = "there is no such setting" if unknown else " ".join(fault["msg"].removeprefix("Value error, ").split())
    return f"`{place}`: {message}" if place else message
