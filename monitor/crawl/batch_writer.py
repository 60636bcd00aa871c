"""Store a batch: new posts, edits, removals, and the capture of the fetch."""

from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from monitor.clock import Clock
from monitor.collectors.base import Batch, CheckedClaim
from monitor.collectors.http.fetched import Fetched
from monitor.crawl.captures import SPOOL_FULL, CaptureStore
from monitor.crawl.post_drafts import post_draft
from monitor.privacy.erased_mentions import ErasedMentions
from monitor.privacy.pseudonym import Pseudonymiser
from storage import audit
from storage.audit import DECISIONS, DEPARTED
from storage.models import Capture, FactCheck, Source
from storage.posts import pictures, posts, sources
from storage.scoring import matching

ERASED = "its author asked to be erased"
NOT_KEPT = "page of which no capture is kept: somebody on it asked to be erased"
NO_TEXT = "no text"
UNSTORABLE = "holds characters that no database keeps (NUL or half a pair)"


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchCounts:
    """Counts of one batch; `erased_ids` are the external ids of posts whose author asked to be erased."""

    seen: int
    new: int
    changed: int
    duplicate: int
    gone: int
    skipped: Counter[str] = field(default_factory=Counter)
    erased_ids: frozenset[str] = frozenset()


class BatchWriter:
    """Stores batches in a given unit of work.

    Args:
        pseudonymiser: Replaces authors.
        clock: Tells the time.
        captures: Keeps the fetched bytes until their posts are scored; None: they are not kept.

    """

    def __init__(self, pseudonymiser: Pseudonymiser, clock: Clock, captures: CaptureStore | None = None) -> None:
        self._captures = captures
        self._pseudonymiser = pseudonymiser
        self._clock = clock

    def write(self, session: Session, source: Source, run_id: int, batch: Batch) -> BatchCounts:
        """Store a batch. The caller commits, together with the cursor that belongs to the batch."""
        now = self._clock.now()
        storable = [post for post in batch.posts if post.is_storable]
        skipped = Counter(batch.skipped)
        if len(storable) < len(batch.posts):
            skipped[UNSTORABLE] += len(batch.posts) - len(storable)
        # Of pictures alone there is nothing to say where nobody reads them.
        if not source.settings.get(pictures.OPTION):
            worded = [post for post in storable if post.title or post.text_with_descriptions]
            skipped += Counter({NO_TEXT: len(storable) - len(worded)})
            storable = worded
        capture_id = sources.add_capture(session, run_id, capture_of(batch.fetched))
        mentions = ErasedMentions(self._pseudonymiser, posts.erased_keys(session))
        drafts = [
            post_draft(
                post,
                kind=source.kind,
                pseudonymiser=self._pseudonymiser,
                mentions=mentions,
                collected_at=now,
                capture_id=capture_id,
                read_at=source.address,
            )
            for post in storable
        ]
        stored = posts.record(session, source.id, drafts)
        if source.role == "reference":
            checks = {post.external_id: _fact_check(post.checked, source) for post in storable if post.checked}
            matching.record_fact_checks(session, source.id, checks)
        skipped += Counter({ERASED: stored.erased})
        # Bytes of reference sources, and of fetches without news, can never prove a flagged post.
        if self._captures and batch.may_be_kept and source.role == "monitored" and (stored.new or stored.changed):
            if stored.erased or mentions.masked:
                skipped[NOT_KEPT] += 1
            else:
                dropped = self._captures.spool(batch.fetched)
                skipped += Counter({SPOOL_FULL: dropped})
        # Removed posts are marked, not deleted: reviewers must see that a flagged post is gone.
        gone = posts.tombstone(session, source.id, batch.gone, now)
        gone += self._delete_departed_authors(session, source, batch)
        return BatchCounts(
            seen=len(batch.posts),
            new=stored.new,
            changed=stored.changed,
            duplicate=stored.duplicate,
            gone=gone,
            skipped=skipped,
            erased_ids=stored.erased_ids,
        )

    def _delete_departed_authors(self, session: Session, source: Source, batch: Batch) -> int:
        """Delete all posts of authors whose accounts their platform no longer has."""
        gone = 0
        for author in batch.gone_authors:
            key = self._pseudonymiser.key(source.kind, author)
            for each in (key, *self._pseudonymiser.aliases(source.kind, author)) if key else ():
                if self._captures:
                    self._captures.delete_author(session, each)
                deleted = posts.delete_by_author(session, each)
                gone += deleted.posts
                if deleted.decisions:
                    detail = {"posts": deleted.posts, DECISIONS: deleted.decisions, DEPARTED: True}
                    audit.record(session, at=self._clock.now(), action="erasure", subject=source.name, detail=detail)
        return gone


def _fact_check(checked: CheckedClaim, source: Source) -> FactCheck:
    return FactCheck(
        claim=checked.claim, verdict=checked.verdict, bears=checked.bears, outlet=checked.outlet or source.name
    )


def capture_of(fetched: Fetched) -> Capture:
    """Describe what was fetched."""
    return Capture(
        url=fetched.final_url,
        fetched_at=fetched.fetched_at,
        status=fetched.status,
        content_type=fetched.content_type,
        size_bytes=len(fetched.body),
        sha256=fetched.sha256,
    )
