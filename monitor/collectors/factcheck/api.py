"""Google's Fact Check Tools API (v1alpha1): what a source asks of `claims:search`, and the answers read at the edge.

Fields as https://developers.google.com/fact-check/tools/api/reference/rest/v1alpha1/claims names them.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from pydantic import OnErrorOmit

from monitor.collectors.base import Place, PublicPost, SourceView
from monitor.collectors.google import refusal_of
from monitor.collectors.http.fetched import Fetched
from monitor.collectors.parsing.dates import parse_date
from monitor.collectors.parsing.human_dates import exactness
from monitor.collectors.parsing.json_models import CamelModel, Lenient, Text, read_json, read_row
from monitor.collectors.parsing.structured_data import ClaimReview
from monitor.collectors.timeline import Entry, Page
from monitor.errors import CollectError, PayloadInvalid, SourceRefused, UsageError

_VERSION = "/v1alpha1"
_PAGE_SIZE = 50
_DAYS, _MOST_DAYS = 90, 3650
_PAGES, _MOST_PAGES = 5, 50
_MOST_SEARCHES = 50
_LANGUAGE = re.compile("[A-Za-z0-9-]{2,20}")
_SITE = re.compile(r"[A-Za-z0-9.-]{3,200}")


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckQuery(Place):
    """Which fact checks a source reads.

    Settings of a source: `queries`, words that are searched for, and `publishers`, sites whose checks are read, as
    `afp.com`; one of them at least. `language` (vi), `days` (90) back, and `max_pages` (5) of 50 checks for each.
    Claims of posts are never sent: Google learns what the office asks for, and nothing of what people wrote.
    """

    source: str
    queries: Sequence[str]
    publishers: Sequence[str]
    language: str
    days: int
    max_pages: int

    @classmethod
    def from_source(cls, source: SourceView) -> "CheckQuery":
        """Read a source's settings.

        Raises:
            UsageError: When they are not as described.

        """
        queries, publishers = (_listed(source, name) for name in ("queries", "publishers"))
        if not queries and not publishers:
            raise UsageError(f"source {source.name}: set `queries` or `publishers`, lists of texts")
        if len(queries) + len(publishers) > _MOST_SEARCHES:
            raise UsageError(f"source {source.name}: at most {_MOST_SEARCHES} `queries` and `publishers` together")
        for site in publishers:
            if not _SITE.fullmatch(site):
                raise UsageError(f"source {source.name}: `publishers` are sites as afp.com: not {site!r}")
        language = str(source.settings.get("language", "vi"))
        if not _LANGUAGE.fullmatch(language):
            raise UsageError(f"source {source.name}: `language` is a code as vi or en-US: not {language!r}")
        return cls(
            source=source.name,
            base=source.address.rstrip("/").removesuffix(_VERSION) + _VERSION,
            queries=queries,
            publishers=publishers,
            language=language,
            days=source.number_setting("days", _DAYS, _MOST_DAYS),
            max_pages=source.number_setting("max_pages", _PAGES, _MOST_PAGES),
        )

    def searches(self) -> list[dict[str, str]]:
        """Return the parameters of each search."""
        common = {"languageCode": self.language, "maxAgeDays": str(self.days), "pageSize": str(_PAGE_SIZE)}
        words = ({"query": query} for query in self.queries)
        sites = ({"reviewPublisherSiteFilter": site} for site in self.publishers)
        return [{**each, **common} for each in (*words, *sites)]

    def url(self, search: dict[str, str], token: str | None) -> str:
        """Give the address of a page of a search."""
        return f"{self.base}/claims:search?{urlencode({**search, **({'pageToken': token} if token else {})})}"


def _listed(source: SourceView, name: str) -> list[str]:
    value = source.settings.get(name, [])
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise UsageError(f"source {source.name}: `{name}` must be a list of texts")
    return [each.strip() for each in value if each.strip()]


class Publisher(CamelModel):
    """Who checked."""

    name: Lenient[Text] = None
    site: Lenient[Text] = None


class Review(CamelModel):
    """One check of a claim."""

    url: Text
    textual_rating: Text
    title: Lenient[Text] = None
    review_date: Lenient[Text] = None
    language_code: Lenient[Text] = None
    publisher: Lenient[Publisher] = None


class Claim(CamelModel):
    """A claim and its checks."""

    text: Text
    claim_date: Lenient[Text] = None
    claim_review: list[OnErrorOmit[Review]] | None = None


class Answer(CamelModel):
    """A page of the search; an empty object where nothing was found."""

    claims: list[Any] | None = None
    next_page_token: Lenient[Text] = None


def read_page(fetched: Fetched) -> Page:
    """Read a page of the search: an entry for each check, and one for each claim without any.

    Raises:
        PayloadInvalid: When the answer is none of this API.

    """
    answer = read_row(Answer, read_json(fetched.body))
    if answer is None:
        raise PayloadInvalid(f"{fetched.final_url} does not answer with claims: is it Google's Fact Check Tools API?")
    claims = [read_row(Claim, row) for row in answer.claims or ()]
    posts = {post.external_id: post for claim in claims if claim for post in _posts(claim)}
    return Page(
        fetched=fetched,
        entries=[Entry(id=post.external_id, post=post) for post in posts.values()],
        malformed=sum(claim is None or not claim.claim_review for claim in claims),
        next=answer.next_page_token or None,
    )


def _posts(claim: Claim) -> Iterator[PublicPost]:
    for check in claim.claim_review or ():
        publisher = check.publisher or Publisher()
        outlet = publisher.name or publisher.site or ""
        raw = check.review_date or claim.claim_date or ""
        said = ClaimReview(
            claim=claim.text, verdict=check.textual_rating, publisher=outlet, published=raw, address=check.url
        )
        published_at = parse_date(raw)
        yield PublicPost(
            external_id=hashlib.sha256(f"{check.url}\n{said.key}".encode()).hexdigest()[:32],
            text=said.text(),
            title=check.title or None,
            url=check.url,
            author=outlet or None,
            published_at=published_at,
            published_raw=raw or None,
            published_precision=exactness(raw) if published_at else None,
            language=check.language_code or None,
            checked=said.checked,
        )


def problem_of(fetched: Fetched, query: CheckQuery) -> CollectError:
    """Explain a refusal by the reason in it; the words beside it are not repeated, they may name the key."""
    refusal = refusal_of(fetched)
    reasons = [detail.reason for detail in refusal.details or ()]
    named = reasons[0] if reasons else refusal.status or f"status {fetched.status}"
    if reasons or fetched.status in {401, 403}:
        return SourceRefused(
            f"Google does not accept the key of source {query.source} ({named}): "
            "look at it in Google's console, and set it in [secrets]"
        )
    return PayloadInvalid(f"{fetched.final_url} does not answer what was asked ({named}): check the source's settings")
