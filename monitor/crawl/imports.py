"""Import files of posts. Every record is counted as new, changed, known, repeated or refused."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from sqlalchemy.orm import Session

from monitor.clock import Clock
from monitor.collectors.base import PublicPost
from monitor.collectors.files.base import Refusal
from monitor.collectors.files.reading import ImportFile, Row
from monitor.collectors.files.row_identity import ROW
from monitor.collectors.files.seen import SeenHashes
from monitor.collectors.parsing.day_order import DAY_FIRST, MONTH_FIRST, DateOrder
from monitor.crawl.batch_writer import ERASED
from monitor.crawl.post_drafts import post_draft
from monitor.errors import UsageError
from monitor.privacy.erased_mentions import ErasedMentions
from monitor.privacy.pseudonym import Pseudonymiser
from storage import audit
from storage.database import Database
from storage.models import Capture
from storage.posts import posts, sources
from storage.posts.posts import PostDraft
from storage.posts.sources import SourceDraft

BATCH = 500
REFUSALS_KEPT = 1000  # further ones are only counted, so that a broken file cannot fill the memory
DATES = "dates"
"""The setting of a source that keeps the order of day and month in its files."""
TIPS = "tips"
"""The source of tips; no imported file may use its name."""


@dataclass(slots=True)
class ImportResult:
    """Counts of one import: `new + changed + known + repeated + refused` is the number of records in the file.

    `known` were imported before, `repeated` stand in this file already. Of all that were read `undated` have no date
    that could be read.
    """

    source: str
    file: str
    sha256: str
    new: int = 0
    changed: int = 0
    known: int = 0
    repeated: int = 0
    refused: int = 0
    undated: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    refusals: list[Refusal] = field(default_factory=list)
    dry_run: bool = False

    @property
    def records(self) -> int:
        """The number of records that were read."""
        return self.new + self.changed + self.known + self.repeated + self.refused


@dataclass(frozen=True, slots=True)
class _Target:
    """Where the posts of a file go, and hashes of those versions of posts that the file has shown so far."""

    source_id: int
    capture_id: int
    seen: SeenHashes


class Importer:
    """Stores the posts of files.

    Args:
        database: Where they are stored.
        pseudonymiser: Replaces authors.
        clock: Tells the time.

    """

    def __init__(self, database: Database, pseudonymiser: Pseudonymiser, clock: Clock) -> None:
        self._database = database
        self._pseudonymiser = pseudonymiser
        self._clock = clock

    def former_dates(self, source: str) -> DateOrder:
        """Return whether the day or the month stood first in the dates of earlier files of a source; empty if unknown.

        Args:
            source: The name of the source.

        """
        with self._database.work() as session:
            return _former_dates(session, source)

    def run(
        self,
        file: ImportFile,
        source: SourceDraft,
        *,
        dry_run: bool = False,
        on_progress: Callable[[float], None] = lambda _: None,
        on_refusal: Callable[[Refusal], None] = lambda _: None,
    ) -> ImportResult:
        """Import a file. A dry run stores nothing and counts what would have been stored.

        Args:
            file: What to import.
            source: The source that its posts belong to.
            dry_run: Store nothing.
            on_progress: Called after each batch with the share of the file that was read, 0 to 1.
            on_refusal: Called with each refused record; the result keeps only the first thousand.

        Raises:
            UsageError: When the source's name belongs to a crawled source or to the tips.
            StorageError: When the database fails; earlier batches stay, and importing again continues after them.

        """
        result = ImportResult(source.name, file.sniffed.path.name, file.sniffed.sha256, dry_run=dry_run)
        with self._database.work() as session, SeenHashes() as seen:
            keep = session.flush if dry_run else session.commit  # a dry run is one unit of work that is never committed
            run_id, target = self._open(session, file, source, seen)
            keep()
            read_bytes = 0

            def count(more: int) -> None:
                nonlocal read_bytes
                read_bytes += more

            rows = file.rows(count)
            while batch := list(islice(rows, BATCH)):
                self._store(session, target, list(self._accepted(batch, result, on_refusal)), result)
                keep()
                session.expunge_all()  # or the session would hold every post of a large file
                on_progress(min(read_bytes / max(file.sniffed.size_bytes, 1), 1.0))
            self._close(session, run_id, result)
            keep()
        return result

    def _open(self, session: Session, file: ImportFile, draft: SourceDraft, seen: SeenHashes) -> tuple[int, "_Target"]:
        now = self._clock.now()
        if draft.name == TIPS:
            raise UsageError(f"{TIPS} is the source of reported posts (`kiemtin tip`): choose another with --source")
        refuse_to_replace(session, draft, "choose another name with --source")
        if dates := file.dates or _former_dates(session, draft.name):
            draft = replace(draft, settings={**draft.settings, DATES: dates})
        source, _ = sources.register(session, draft, now)
        run = sources.start_run(session, source.id, now)
        capture = Capture(
            url=file.sniffed.path.name,
            fetched_at=now,
            status=None,
            content_type=file.format,
            size_bytes=file.sniffed.size_bytes,
            sha256=file.sniffed.sha256,
        )
        return run.id, _Target(source.id, sources.add_capture(session, run.id, capture), seen)

    @staticmethod
    def _accepted(
        batch: list[Row], result: ImportResult, on_refusal: Callable[[Refusal], None]
    ) -> Iterator[PublicPost]:
        for item in batch:
            if isinstance(item, PublicPost):
                result.undated += item.published_at is None
                yield item
            else:
                result.refused += 1
                result.reasons[item.reason] += 1
                on_refusal(item)
                if len(result.refusals) < REFUSALS_KEPT:
                    result.refusals.append(item)

    def _store(self, session: Session, target: "_Target", fresh: list[PublicPost], result: ImportResult) -> None:
        now = self._clock.now()
        mentions = ErasedMentions(self._pseudonymiser, posts.erased_keys(session))
        stored_ids = self._stored_ids(session, target.source_id, fresh)
        drafts = [
            post_draft(
                replace(post, external_id=stored_ids.get(post.external_id, post.external_id)),
                kind="import",
                pseudonymiser=self._pseudonymiser,
                mentions=mentions,
                collected_at=now,
                capture_id=target.capture_id,
            )
            for post in fresh
        ]
        first, again = _apart(drafts, target.seen)
        # Two exports may hold versions of a post in any order.
        stored = posts.record(session, target.source_id, first, any_version=True)
        repeated = posts.record(session, target.source_id, again, any_version=True)
        result.new += stored.new
        result.changed += stored.changed
        result.known += stored.duplicate
        result.repeated += repeated.duplicate
        if erased := stored.erased + repeated.erased:
            result.refused += erased
            result.reasons[ERASED] += erased

    def _stored_ids(self, session: Session, source_id: int, fresh: Sequence[PublicPost]) -> dict[str, str]:
        """Key the identifiers that were made with the author's name; those stored under a former key keep theirs."""
        rows = {post.external_id for post in fresh if post.external_id.startswith(ROW)}
        former = {row: [f"{ROW}{key}" for key in self._pseudonymiser.aliases(ROW, row)] for row in rows}
        known = posts.known_authors(session, source_id, sorted({name for names in former.values() for name in names}))
        kept = {row: next((name for name in names if name in known), None) for row, names in former.items()}
        return {row: kept[row] or f"{ROW}{self._pseudonymiser.key(ROW, row)}" for row in rows}

    def _close(self, session: Session, run_id: int, result: ImportResult) -> None:
        now = self._clock.now()
        sources.close_run(
            session,
            run_id,
            now=now,
            outcome="ok",
            counts={"seen": result.records, "new": result.new, "changed": result.changed, "gone": 0},
            skipped=dict(result.reasons),
        )
        detail = {"sha256": result.sha256, "new": result.new, "repeated": result.repeated, "refused": result.refused}
        detail |= {"undated": result.undated}
        audit.record(session, at=now, action="import", subject=result.source, detail=detail)


def _former_dates(session: Session, name: str) -> DateOrder:
    kept = next((each.settings.get(DATES) for each in sources.all_sources(session) if each.name == name), "")
    return next((order for order in (DAY_FIRST, MONTH_FIRST) if order == kept), "")


def _apart(drafts: Sequence[PostDraft], seen: SeenHashes) -> tuple[list[PostDraft], list[PostDraft]]:
    """Part versions of posts that the file shows for the first time from those that it has shown before."""
    versions = [hash((draft.external_id, draft.content_hash)) for draft in drafts]
    known = seen.add(versions)
    first: list[PostDraft] = []
    again: list[PostDraft] = []
    for draft, version in zip(drafts, versions, strict=True):
        (again if version in known else first).append(draft)
        known.add(version)
    return first, again


def refuse_to_replace(session: Session, draft: SourceDraft, advice: str) -> None:
    """Refuse to turn a source of another kind into an imported file: it would never be crawled again.

    Args:
        session: The unit of work.
        draft: What would be registered.
        advice: What to do instead, for the message.

    Raises:
        UsageError: When a source of that name is of another kind.

    """
    for source in sources.all_sources(session):
        if source.name == draft.name and source.kind != draft.kind:
            raise UsageError(f"{draft.name} is a source of kind {source.kind}: {advice}")
