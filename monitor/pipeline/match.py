"""Find copies of posts, and reference posts that may support or refute a claim. All matches are suggestions."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from classifiers.features.tokens import prepare
from classifiers.labels import UNVERIFIED
from classifiers.similarity import COPY_SIMILARITY, UNSIGNED_BAND, bands, copy_similarity, rank_references
from classifiers.text.search_terms import search_terms
from classifiers.text.segment import Segmenter
from monitor.clock import Clock
from storage import matching, search
from storage.database import Database
from storage.models import Post
from storage.search import SearchDraft

BATCH = 100
REFERENCE_WINDOW = timedelta(days=30)
CLAIMS_MOST = 1000


@dataclass(slots=True)
class MatchResult:
    """Counts of a run: posts compared, copies found, claims with suggested evidence."""

    compared: int = 0
    copies: int = 0
    claims_with_evidence: int = 0


class Matcher:
    """Finds copies and evidence.

    Args:
        database: Posts, clusters and evidence.
        segmenter: Splits reference texts into words.
        clock: Tells the time.

    """

    def __init__(self, database: Database, segmenter: Segmenter, clock: Clock) -> None:
        self._database = database
        self._segmenter = segmenter
        self._clock = clock

    def run(self, on_done: Callable[[int], None] = lambda _: None) -> MatchResult:
        """Compare every post that was not compared yet, then suggest evidence for open claims."""
        result = MatchResult()
        while done := self._copies(result):
            on_done(done)
        self._evidence(result)
        return result

    def _copies(self, result: MatchResult) -> int:
        """Compare one batch of posts with all earlier posts; returns the size of the batch."""
        now = self._clock.now()
        with self._database.work() as session:
            waiting = search.unindexed(session, BATCH)
            for post in waiting:
                text = post.judged_text
                keys = bands(text)
                matching.add_bands(session, post.id, keys)
                # A text too short for a signature shares its band with every other short text.
                candidates = [] if UNSIGNED_BAND in keys else matching.sharing_a_band(session, post.id, keys)
                for candidate in candidates:
                    if copy_similarity(text, candidate.judged_text) >= COPY_SIMILARITY:
                        matching.join_clusters(session, post, candidate, now)
                        result.copies += 1
                        break
            search.index(session, [_search_draft(post) for post in waiting])
            session.commit()
        result.compared += len(waiting)
        return len(waiting)

    def _evidence(self, result: MatchResult) -> None:
        now = self._clock.now()
        with self._database.work() as session:
            claims = matching.claims_without_evidence(session, UNVERIFIED.name, CLAIMS_MOST)
            # An answer to a rumour appears near it in time; older references only add false matches.
            references = matching.reference_posts(session, now - REFERENCE_WINDOW)
            for post in references:
                # Reference posts are not scored, so nothing has segmented them yet.
                if post.segmented is None:
                    post.segmented = prepare(post.judged_text, self._segmenter).segmented
            found = rank_references(
                [claim.segmented or "" for claim in claims],
                {post.id: post.segmented or "" for post in references},
            )
            for claim, suggested in zip(claims, found, strict=True):
                matching.suggest_evidence(session, claim.id, suggested, now)
                result.claims_with_evidence += bool(suggested)
            session.commit()


def _search_draft(post: Post) -> SearchDraft:
    terms = search_terms(post.judged_text)
    dated = post.published_at or post.collected_at
    return SearchDraft(post_id=post.id, source_id=post.source_id, dated=dated, accented=terms.accented, bare=terms.bare)
