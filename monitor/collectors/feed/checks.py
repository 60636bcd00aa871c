"""Fact checks that the text of a feed's entry marks up as ClaimReview, as posts of their own."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from monitor.collectors.base import PublicPost
from monitor.collectors.parsing.dates import parse_date
from monitor.collectors.parsing.soup import parse_soup
from monitor.collectors.parsing.structured_data import claim_reviews, read_nodes

_MARK: Final = "ClaimReview"


def check_posts(post: PublicPost, markups: Sequence[str], base_url: str) -> Iterator[PublicPost]:
    """Read the fact checks of an entry; those of its first text that has any.

    Args:
        post: The entry.
        markups: Its texts as HTML.
        base_url: The address of the feed.

    """
    marked = next((markup for markup in markups if _MARK in markup), None)
    if marked is None:
        return
    nodes, _ = read_nodes(parse_soup(marked))
    for review in claim_reviews(nodes, post.url or base_url):
        published_at = parse_date(review.published)
        yield replace(
            post,
            external_id=f"{post.external_id}#claim-{review.key}",
            text=review.text(),
            url=review.address or post.url,
            author=review.publisher or post.author,
            published_at=published_at or post.published_at,
            published_raw=review.published if published_at else post.published_raw,
            checked=review.checked,
        )
