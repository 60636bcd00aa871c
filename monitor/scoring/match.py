"""Index the words of new posts, find their copies, and evidence for open claims. All matches are suggestions.

What is found places the open flags in the queue of the desk.

A new post costs look-ups in indexes, however many posts are stored.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from classifiers.copies import contradict, is_copy, signature
from classifiers.evidence.likeness import (
    LEAST_ALIKE,
    LEAST_SCORE,
    Agreement,
    agreement,
    asserted_by,
    default_rarity,
    likeness,
)
from classifiers.labels import CLAIM_LABELS
from classifiers.text.search_terms import SearchTerms, search_terms
from monitor.clock import Clock
from monitor.pictures.fingerprint import fingerprint_keys, same_picture
from storage.database import Database
from storage.models import Post
from storage.posts import pictures, posts
from storage.review import matter_copies
from storage.scoring import matching
from storage.search import search
from storage.search.search import SearchDraft
from storage.search.search_filters import Filters, bounds
from storage.search.search_words import Words

BATCH: Final = 100
CLAIMS_MOST: Final = 1000
CANDIDATES: Final = 8  # those that share most keys are compared
_KEYS_OF_PICTURES: Final = 1 << 60


@dataclass(slots=True)
class MatchResult:
    """Counts of a run: posts compared, copies found, claims with suggested evidence."""

    compared: int = 0
    copies: int = 0
    claims_with_evidence: int = 0


class Matcher:
    """Indexes posts, and finds copies and evidence.

    Args:
        database: Posts, their copies, and evidence.
        clock: Tells the time.

    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database = database
        self.clock = clock

    def run(self, on_done: Callable[[int], None] = lambda _: None) -> MatchResult:
        """Compare every post that was not compared yet, then suggest evidence for open claims.

        Args:
            on_done: Called after each batch with the number of posts compared so far.

        """
        result = MatchResult()
        roles: set[str] = set()
        while batch := self._copies(result):
            on_done(result.compared)
            roles.update(batch)
        with self.database.changes() as session:
            matter_copies.confirm_followers(session)
        self._evidence(result, again="reference" in roles)  # by new ones older claims may be answered
        return result

    def _copies(self, result: MatchResult) -> list[str]:
        """Index a batch of posts and compare them with all earlier ones; returns the roles of their sources."""
        with self.database.changes() as session:
            waiting = search.unindexed(session, BATCH)
            terms = {post.id: search_terms(post.judged_text) for post in waiting}
            marks = pictures.fingerprints(session, list(terms))
            keys = {
                post_id: [*signature(of_post.bare), *_picture_keys(marks.get(post_id, ()))]
                for post_id, of_post in terms.items()
            }
            search.index(session, [_search_draft(post, terms[post.id]) for post in waiting])
            matching.set_bands(session, keys)
            roles = [post.source.role for post in waiting]
            earlier = _earlier(matching.sharing_keys(session, keys))
            ids = sorted({each for of_post in earlier.values() for each in of_post})
            others = {other.id: other for other in posts.in_order(session, ids)}
            texts = search.bare_texts(session, ids)
            grown = list[int]()
            for post in waiting:
                candidates = [others[each] for each in earlier[post.id] if each in others]
                own = marks.get(post.id, ())
                if self._join_copies(session, post, terms[post.id], candidates, texts, marks=own):
                    result.copies += 1
                    grown.append(post.id)
            matter_copies.follow_copies(session, grown, self.clock.now())
        result.compared += len(waiting)
        return roles

    def _join_copies(
        self,
        session: Session,
        post: Post,
        terms: SearchTerms,
        candidates: Sequence[Post],
        texts: Mapping[int, Sequence[str]],
        *,
        marks: Sequence[bytes],
    ) -> bool:
        """Put a post into the first cluster of which all candidates are its copies; tells whether there is one.

        Where only the picture is the same, all other posts of the cluster must share it or the text as well.
        """
        # One that resembles both a claim and its opposite would tie these together: no chains.
        clusters = defaultdict[int, list[Post]](list)
        for other in candidates:
            clusters[other.cluster_id or -other.id].append(other)
        for members in clusters.values():
            is_same_text = all(is_copy(terms.bare, texts.get(other.id, ())) for other in members)
            if is_same_text or (marks and self._share_pictures(session, marks, terms, members)):
                matching.join_cluster(session, post, members[0], self.clock.now())
                return True
        return False

    def _share_pictures(
        self, session: Session, own: Sequence[bytes], terms: SearchTerms, members: Sequence[Post]
    ) -> bool:
        """Tell whether a post shows the same picture as some posts and all others of their cluster, or says the same.

        One that denies what another says is none of its copies, whatever both show.
        """
        ids = [each.id for each in (*members, *matching.copies(session, members[0]))]
        texts, marks = search.bare_texts(session, ids), pictures.fingerprints(session, ids)
        return all(
            is_copy(terms.bare, texts.get(each, ()))
            or (show_same(own, marks.get(each, ())) and not contradict(terms.bare, texts.get(each, ())))
            for each in ids
        )

    def _evidence(self, result: MatchResult, *, again: bool) -> None:
        now = self.clock.now()
        since = now - LOOKED_AGAIN if again else None
        with self.database.work() as session:
            for claim in matching.claims_to_search(session, CLAIM_LABELS, CLAIMS_MOST, opened_since=since):
                looked = find_evidence(session, claim.judged_text, claim.dated)
                matching.suggest_evidence(session, claim.id, CLAIM_LABELS, looked.found, now, among=looked.among)
                session.commit()  # each at once: looking for the next one takes long, and others want to write
                result.claims_with_evidence += bool(looked.found)


def _earlier(sharing: Mapping[int, Sequence[int]]) -> dict[int, Sequence[int]]:
    """Return the candidates of each post of a batch; those that follow it in the batch will find it."""
    return {
        post_id: [each for each in found if each not in sharing or each < post_id][:CANDIDATES]
        for post_id, found in sharing.items()
    }


def _picture_keys(marks: Sequence[bytes]) -> list[int]:
    """Return the keys by which posts with the same picture are candidates; no signature of a text has so large ones."""
    return [_KEYS_OF_PICTURES | key for fingerprint in marks for key in fingerprint_keys(fingerprint)]


def show_same(first: Sequence[bytes], second: Sequence[bytes]) -> bool:
    """Tell whether two posts have a picture in common."""
    return any(same_picture(mine, other) for mine in first for other in second)


def same_picture_posts(session: Session, post_id: int) -> list[Post]:
    """List posts, at most some, that show a picture of a post, whatever their texts are."""
    own = pictures.fingerprints(session, [post_id]).get(post_id, [])
    sharing = matching.sharing_keys(session, {post_id: _picture_keys(own)})[post_id] if own else []
    marks = pictures.fingerprints(session, sharing)
    return posts.in_order(session, [each for each in sharing if show_same(own, marks.get(each, []))])


def _search_draft(post: Post, terms: SearchTerms) -> SearchDraft:
    return SearchDraft(
        post_id=post.id, source_id=post.source_id, dated=post.dated, accented=terms.accented, bare=terms.bare
    )


WINDOW: Final = timedelta(days=30)  # an answer to a rumour appears near it in time
LOOKED_AGAIN: Final = timedelta(hours=48)  # after which most of what papers answer is answered
MOST_HOLDING: Final = 300  # references that hold a pair; of more the newest
COMPARED: Final = 40  # best references by shared pairs, whose syllables are read
READ: Final = 10  # most alike of these, whose facts are compared
SUGGESTED: Final = 5


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look for evidence found.

    Args:
        found: How each reference post agrees with the claim, best first.
        among: How many reference posts there were of those weeks.

    """

    found: Mapping[int, Agreement]
    among: int


def find_evidence(session: Session, text: str, dated: datetime) -> Looked:
    """Find the reference posts that agree best with what a post asserts.

    Args:
        session: The unit of work.
        text: The post.
        dated: When it was published, UTC.

    """
    window = Filters(role="reference", since=dated - WINDOW, until=dated + WINDOW)
    span = bounds(session, window)
    if span and span.is_empty:
        return Looked({}, 0)  # before anything is read of the claim
    rarity = default_rarity()
    claim = asserted_by(text, rarity)
    scores: defaultdict[int, float] = defaultdict(float)
    for pair in claim.pairs:
        words = Words(pair, accented=False)
        for post_id in search.find(session, words, window, limit=MOST_HOLDING, span=span):
            scores[post_id] += claim.weights[pair]
    best = sorted(scores, key=lambda post_id: (-scores[post_id], post_id))[:COMPARED]
    alike = {post_id: likeness(claim, bare, rarity) for post_id, bare in search.bare_texts(session, best).items()}
    nearest = sorted(alike, key=lambda post_id: (-alike[post_id], post_id))[:READ]
    near_enough = [post_id for post_id in nearest if alike[post_id] >= LEAST_ALIKE]
    agreeing = {
        post.id: agreement(claim, post.judged_text, alike[post.id]) for post in posts.in_order(session, near_enough)
    }
    ranked = sorted(agreeing.items(), key=lambda item: (-item[1].score, item[0]))[:SUGGESTED]
    found = {post_id: agreed for post_id, agreed in ranked if agreed.score >= LEAST_SCORE}
    return Looked(found, search.count_within(session, window, span))
