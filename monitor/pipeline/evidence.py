"""Look for reference posts that may support or refute a claim, by index look-ups inside a window around its date."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from classifiers.evidence import LEAST_SCORE, agreement, asserted_by, rarity
from storage import search
from storage.search import Filters, Words

WINDOW: Final = timedelta(days=30)  # an answer to a rumour appears near it in time
MOST_HOLDING: Final = 300  # references that hold a pair; a pair that more hold tells nothing
COMPARED: Final = 40  # best references by shared pairs, whose texts are read
SUGGESTED: Final = 5


def find_evidence(session: Session, text: str, dated: datetime, *, most: int = SUGGESTED) -> dict[int, float]:
    """Find the reference posts that agree best with what a post asserts.

    Args:
        session: The unit of work.
        text: The post.
        dated: When it was published, UTC.
        most: How many at most.

    Returns:
        How well each agrees, 0 to 1, by id of the reference post, best first.

    """
    claim = asserted_by(text)
    window = Filters(role="reference", since=dated - WINDOW, until=dated + WINDOW)
    weights: dict[tuple[str, str], float] = {}
    scores: defaultdict[int, float] = defaultdict(float)
    for pair in claim.pairs:
        holding = search.find(session, Words(pair, accented=False), window, limit=MOST_HOLDING)
        weights[pair] = rarity(len(holding), MOST_HOLDING)
        for post_id in holding:
            scores[post_id] += weights[pair]
    best = sorted(scores, key=lambda post_id: (-scores[post_id], post_id))[:COMPARED]
    texts = search.bare_texts(session, best)
    agreeing = {post_id: agreement(claim, texts[post_id], weights) for post_id in best if post_id in texts}
    ranked = sorted(agreeing.items(), key=lambda item: (-item[1], item[0]))[:most]
    return {post_id: score for post_id, score in ranked if score >= LEAST_SCORE}
