"""What one fetch gave becomes rows: posts, edits, removals, and the record of the fetch itself."""

from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from monitor.clock import Clock
from monitor.collectors.base import Batch, PublicPost
from monitor.pipeline.captures import SPOOL_FULL, CaptureStore
from monitor.pipeline.post_drafts import post_draft
from monitor.pipeline.pseudonym import Pseudonymiser
from storage import posts, sources
from storage.models import Source
from storage.sources import CaptureDraft

ERASED = "its author asked to be erased"
UNSTORABLE = "holds characters that no database keeps (NUL or half a pair)"


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchCounts:
    """What became of one batch."""

    seen: int
    new: int
    changed: int
    duplicate: int
    gone: int
    skipped: Counter[str] = field(default_factory=Counter)


class BatchWriter:
    """Stores batches in the unit of work that it is given.

    Args:
        pseudonymiser: Replaces authors.
        clock: Tells the time.
        captures: Keeps fetched bytes until it is known whether they prove anything; None: nowhere.

    """

    def __init__(self, pseudonymiser: Pseudonymiser, clock: Clock, captures: CaptureStore | None = None) -> None:
        self._captures = captures
        self._pseudonymiser = pseudonymiser
        self._clock = clock

    def keep(self, session: Session, source: Source, run_id: int, batch: Batch) -> BatchCounts:
        """Store what a batch holds; the caller commits, together with the bookmark that follows the batch."""
        now = self._clock.now()
        storable = [post for post in batch.posts if _storable(post)]
        skipped = Counter(batch.skipped)
        if len(storable) < len(batch.posts):
            skipped[UNSTORABLE] += len(batch.posts) - len(storable)
        capture_id = sources.add_capture(session, run_id, _capture_of(batch))
        drafts = [
            post_draft(
                post,
                kind=source.kind,
                pseudonymiser=self._pseudonymiser,
                collected_at=now,
                capture_id=capture_id,
            )
            for post in storable
        ]
        stored = posts.record(session, source.id, drafts)
        skipped += Counter({ERASED: stored.erased})
        if self._captures and source.role == "monitored" and (stored.new or stored.changed):
            dropped = self._captures.spool(batch.fetched)
            skipped += Counter({SPOOL_FULL: dropped})
        gone = posts.tombstone(session, source.id, batch.gone, now)
        gone += self._forget(session, source, batch)
        return BatchCounts(
            seen=len(batch.posts),
            new=stored.new,
            changed=stored.changed,
            duplicate=stored.duplicate,
            gone=gone,
            skipped=skipped,
        )

    def _forget(self, session: Session, source: Source, batch: Batch) -> int:
        """Delete the posts of authors who left their platform: nothing of theirs is to be kept."""
        gone = 0
        for author in batch.gone_authors:
            if key := self._pseudonymiser.key(source.kind, author):
                if self._captures:
                    self._captures.forget_author(session, key)
                gone += posts.delete_by_author(session, key)
        return gone


def _storable(post: PublicPost) -> bool:
    kept = (post.external_id, post.url, post.title, post.text, post.context, post.published_raw, post.language)
    whole = "".join(value for value in kept if value)
    try:
        whole.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in whole


def _capture_of(batch: Batch) -> CaptureDraft:
    fetched = batch.fetched
    return CaptureDraft(
        url=fetched.final_url,
        fetched_at=fetched.fetched_at,
        status=fetched.status,
        content_type=fetched.content_type,
        size_bytes=len(fetched.body),
        sha256=fetched.sha256,
    )
