"""A correction as ClaimReview (https://schema.org/ClaimReview), as Google's page on fact checks asks for it."""

import json
from collections.abc import Mapping
from typing import Any, Final

from monitor.clock import VIETNAM
from storage.review.corrections import FALSE, MISLEADING, UNFOUNDED, Released

VERDICTS: Final[Mapping[str, str]] = {
    FALSE: "Sai sự thật",
    MISLEADING: "Gây hiểu lầm",
    UNFOUNDED: "Không có căn cứ",
}
"""What readers are told, and search engines as `alternateName`."""
_VALUES: Final[Mapping[str, int]] = {FALSE: 1, UNFOUNDED: 1, MISLEADING: 2}
_BEST: Final = 5  # true


def claim_review(correction: Released, *, page: str, site: str, publisher: str) -> dict[str, Any]:
    """Return a correction in force as ClaimReview; it names no author of the claim, for none is stored.

    Args:
        correction: The correction.
        page: Its own address.
        site: The address of the first page.
        publisher: Who publishes it.

    """
    content = correction.content
    return {
        "@context": "https://schema.org",
        "@type": "ClaimReview",
        "url": page,
        "datePublished": correction.released_at.astimezone(VIETNAM).date().isoformat(),
        "inLanguage": "vi",
        "claimReviewed": content.claim,
        "itemReviewed": {"@type": "Claim", "text": content.claim},
        "author": {"@type": "Organization", "name": publisher, "url": site},
        "reviewRating": {
            "@type": "Rating",
            "ratingValue": _VALUES[content.verdict],
            "worstRating": 1,
            "bestRating": _BEST,
            "alternateName": VERDICTS[content.verdict],
        },
        "reviewBody": content.text,
        "citation": content.source_url,
    }


def as_json_ld(data: Mapping[str, Any]) -> str:
    """Write it for a `script` element, which no text in it can end."""
    return json.dumps(data, ensure_ascii=False, indent=1).replace("<", "\\u003c")
