"""Look for reference posts that may support or refute a claim, by index look-ups inside a window around its date."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from classifiers.evidence import LEAST_SCORE, Rarity, agreement, asserted_by, default_rarity, likeness
from storage.posts import posts
from storage.search import search
from storage.search.search_filters import Filters, bounds
from storage.search.search_words import Words

WINDOW: Final = timedelta(days=30)  # an answer to a rumour appears near it in time
MOST_HOLDING: Final = 300  # references that hold a pair; of more the newest
COMPARED: Final = 40  # best references by shared pairs, whose syllables are read
READ: Final = 10  # most alike of these, whose facts are compared
SUGGESTED: Final = 5


def find_evidence(
    session: Session, text: str, dated: datetime, *, most: int = SUGGESTED, rarity: Rarity | None = None
) -> dict[int, float]:
    """Find the reference posts that agree best with what a post asserts.

    Args:
        session: The unit of work.
        text: The post.
        dated: When it was published, UTC.
        most: How many at most.
        rarity: Weighs words; None: by the project's own posts.

    Returns:
        How well each agrees, 0 to 1, by id of the reference post, best first.

    """
    window = Filters(role="reference", since=dated - WINDOW, until=dated + WINDOW)
    span = bounds(session, window)
    if span and span.is_empty:
        return {}  # before anything is read of the claim
    rarity = rarity or default_rarity()
    claim = asserted_by(text, rarity)
    scores: defaultdict[int, float] = defaultdict(float)
    pairs = claim.pairs
    queries = [Words(pair, accented=False) for pair in pairs]
    found = search.find_each(session, queries, window, span, limit=MOST_HOLDING)
    for pair, holding in zip(pairs, found, strict=True):
        for post_id in holding:
            scores[post_id] += claim.weights[pair]
    best = sorted(scores, key=lambda post_id: (-scores[post_id], post_id))[:COMPARED]
    alike = {post_id: likeness(claim, bare, rarity) for post_id, bare in search.bare_texts(session, best).items()}
    nearest = sorted(alike, key=lambda post_id: (-alike[post_id], post_id))[:READ]
    agreeing = {
        post.id: agreement(claim, post.judged_text, alike[post.id]) for post in posts.in_order(session, nearest)
    }
    ranked = sorted(agreeing.items(), key=lambda item: (-item[1], item[0]))[:most]
    return {post_id: score for post_id, score in ranked if score >= LEAST_SCORE}
