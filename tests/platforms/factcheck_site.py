"""A sample of Google's Fact Check Tools API: `claims:search` by words, publisher and age, page by page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from monitor.clock import Clock
from monitor.demo.sites.server import Site, SitePost, stamp

_MOST_PER_PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedClaimPost(SitePost):
    """A check: `text` is the claim, `author` who checked, `title` the article's heading."""

    rating: str = "Sai"
    site: str = "soitin.example"


class FactCheckSite(Site):
    """The API on loopback.

    Args:
        checks: All checks.
        clock: Its time.
        key: The key that it accepts, in the header or in the query.
        page_size: Most rows of a page.

    """

    def __init__(
        self, checks: Iterable[CheckedClaimPost], clock: Clock, *, key: str, page_size: int = _MOST_PER_PAGE
    ) -> None:
        super().__init__(checks, clock, page_size=page_size)
        self.key = key
        self._router = Starlette(routes=[Route("/v1alpha1/claims:search", self._search)])

    def router(self) -> ASGIApp:
        """Give the API, once the key is known."""
        if self.key not in {self.log[-1].headers.get("x-goog-api-key"), self.log[-1].query.get("key")}:
            details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}]
            return _problem(400, "INVALID_ARGUMENT", details)
        return self._router

    def too_many(self) -> Response:
        """Refuse a request that came too fast."""
        return _problem(429, "RESOURCE_EXHAUSTED", [])

    def _search(self, request: Request) -> Response:
        asked = request.query_params
        query, site = asked.get("query", ""), asked.get("reviewPublisherSiteFilter", "")
        if not query and not site:
            return _problem(400, "INVALID_ARGUMENT", [])
        since = self.clock.now() - timedelta(days=int(asked.get("maxAgeDays", "36500")))
        found = [
            check
            for check in self.visible()
            if isinstance(check, CheckedClaimPost)
            and all(word in check.text.lower() for word in query.lower().split())
            and (not site or check.site == site)
            and check.published_at >= since
        ]
        start = int(asked.get("pageToken", "0"))
        end = start + min(int(asked.get("pageSize", "10")), self.page_size)
        answer: dict[str, Any] = {"nextPageToken": str(end)} if end < len(found) else {}
        if rows := [_row(check) for check in found[start:end]]:
            answer["claims"] = rows
        return JSONResponse(answer)


def _row(check: CheckedClaimPost) -> Mapping[str, Any]:
    moment = stamp(check.published_at, "seconds")
    review = {
        "publisher": {"name": check.author, "site": check.site},
        "url": f"https://{check.site}/{check.id}",
        "title": check.title or "",
        "reviewDate": moment,
        "textualRating": check.rating,
        "languageCode": check.language,
    }
    return {"text": check.text, "claimant": "", "claimDate": moment, "claimReview": [review]}


def _problem(status: int, name: str, details: list[dict[str, str]]) -> Response:
    error = {"code": status, "message": f"Refused: {name}", "status": name, "details": details}
    return JSONResponse({"error": error}, status)
