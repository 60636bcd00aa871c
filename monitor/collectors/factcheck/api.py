"""What Google's Fact Check Tools API answers to `claims:search` (v1alpha1), read at the edge.

Fields as https://developers.google.com/fact-check/tools/api/reference/rest/v1alpha1/claims names them.
"""

import hashlib
from collections.abc import Iterator
from typing import Any

from pydantic import OnErrorOmit

from monitor.collectors.base import PublicPost
from monitor.collectors.factcheck.query import CheckQuery
from monitor.collectors.google import refusal_of
from monitor.collectors.http.fetched import Fetched
from monitor.collectors.parsing.dates import parse_date
from monitor.collectors.parsing.human_dates import exactness
from monitor.collectors.parsing.json_models import CamelModel, Lenient, Text, read_json, read_row
from monitor.collectors.parsing.structured_data import ClaimReview
from monitor.collectors.timeline import Entry, Page
from monitor.errors import CollectError, PayloadInvalid, SourceRefused


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
