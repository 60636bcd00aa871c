"""Tipline: people report a text, or a public page, which is read once. Tips are scored like any other post."""

import hashlib
import unicodedata
from dataclasses import dataclass, replace

from monitor.clock import Clock
from monitor.collectors.base import PublicPost
from monitor.collectors.http.client import PoliteClient
from monitor.collectors.http.urls import link_address, without_tracking
from monitor.collectors.webpage.page import PAGE_TYPES, read_post_page
from monitor.collectors.webpage.settings import WebpageSettings
from monitor.crawl.batch_writer import capture_of
from monitor.crawl.imports import TIPS, refuse_to_replace
from monitor.crawl.post_drafts import content_hash, post_draft
from monitor.errors import PayloadInvalid, SourceRefused, UsageError
from monitor.privacy.erased_mentions import ErasedMentions
from monitor.privacy.pseudonym import Pseudonymiser
from storage import audit
from storage.database import Database
from storage.models import Capture
from storage.posts import posts, sources
from storage.posts.sources import SourceDraft

LEGAL_BASIS = "Reported by a person, who found it public."
_INTERVAL_SECONDS = 86_400  # the column needs a value; no crawl reads this source


@dataclass(frozen=True, slots=True, kw_only=True)
class Tip:
    """The result of a tip: `outcome` is `new` or `duplicate`. A known page is not read again."""

    outcome: str
    external_id: str
    url: str | None
    title: str | None
    text: str | None


class Tipline:
    """Stores the posts that people report, under the source `tips`.

    Args:
        database: Where they are stored.
        pseudonymiser: Needed to make rows; a tip has no author.
        clock: Tells the time.
        retention_days: After how many days they are deleted.

    """

    def __init__(self, database: Database, pseudonymiser: Pseudonymiser, clock: Clock, *, retention_days: int) -> None:
        self._database = database
        self._pseudonymiser = pseudonymiser
        self._clock = clock
        self._retention_days = retention_days

    def add_text(self, text: str, *, title: str | None = None, url: str | None = None) -> Tip:
        """Store a reported text.

        Args:
            text: The text, stored unchanged.
            title: Its heading.
            url: Where it was published; the page is not read.

        Raises:
            UsageError: When the text is empty or cannot be stored, or `url` is not a web address.
            StorageError: When the database fails.

        """
        if not text.strip():
            raise UsageError("the tip is empty: give the text of the post, or the address of a public page")
        address = canonical_url(url) if url else None
        identifier = address or _identifier_of(text)
        post = PublicPost(external_id=identifier, text=text, title=title or None, url=address)
        if not post.is_storable:
            raise UsageError("the tip holds characters that cannot be stored (NUL or half a pair): copy the text again")
        body = text.encode()
        capture = Capture(
            url=address or TIPS,
            fetched_at=self._clock.now(),
            status=None,
            content_type="text/plain",
            size_bytes=len(body),
            sha256=hashlib.sha256(body).hexdigest(),
        )
        return self._keep(post, capture)

    async def add_page(self, url: str, client: PoliteClient) -> Tip:
        """Read a public page and store its article.

        Args:
            url: The page.
            client: The HTTP client, with the same policy as for any source.

        Raises:
            UsageError: When `url` is not a web address.
            CollectError: When the page may not or cannot be read, or has no text.
            StorageError: When the database fails.

        """
        address = canonical_url(url)
        if self._is_known(address, ()):
            return Tip(outcome="duplicate", external_id=address, url=address, title=None, text=None)
        try:
            fetched = await client.get(address)
        # The person can often read what a program may not.
        except SourceRefused as error:
            raise SourceRefused(f"{error}; if you can read it, paste it: kiemtin tip TEXT --url ADDRESS") from error
        if fetched.content_type not in PAGE_TYPES:
            raise PayloadInvalid(f"{address} is {fetched.content_type}, not a page: paste its text with --url ADDRESS")
        page = await client.parse(read_post_page, fetched, WebpageSettings(start_urls=(address,)))
        if not page.posts:
            raise PayloadInvalid(f"{address} has no text to read: paste it, as in kiemtin tip TEXT --url ADDRESS")
        # Whoever wrote the page is not who reports it: a tip has no author.
        post = replace(page.posts[0], external_id=address, url=address, author=None, checked=None)
        if not post.is_storable:
            raise PayloadInvalid(f"{address} holds characters that cannot be stored: paste its text with --url ADDRESS")
        return self._keep(post, capture_of(fetched))

    def _is_known(self, external_id: str, hashes: tuple[str, ...]) -> bool:
        with self._database.work() as session:
            return posts.is_known(session, TIPS, external_id, hashes)

    def _keep(self, post: PublicPost, capture: Capture) -> Tip:
        # People copy a post with and without its title.
        hashes = (content_hash(post.title, post.text), content_hash(None, post.text))
        told = Tip(outcome="new", external_id=post.external_id, url=post.url, title=post.title, text=post.text)
        if self._is_known(post.external_id, hashes):
            return replace(told, outcome="duplicate")
        now = self._clock.now()
        with self._database.changes() as session:
            draft = self._source()
            refuse_to_replace(session, draft, "give that one another name (`tips` is for reported posts)")
            source, _ = sources.register(session, draft, now)
            run = sources.start_run(session, source.id, now)
            row = post_draft(
                post,
                kind=source.kind,
                pseudonymiser=self._pseudonymiser,
                mentions=ErasedMentions(self._pseudonymiser, posts.erased_keys(session)),
                collected_at=now,
                capture_id=sources.add_capture(session, run.id, capture),
            )
            posts.record(session, source.id, [row], any_version=True)
            counts = {"seen": 1, "new": 1, "changed": 0, "gone": 0}
            sources.close_run(session, run.id, now=now, outcome="ok", counts=counts, skipped={})
            audit.record(session, at=now, action="tip", subject=TIPS, detail={"sha256": capture.sha256})
        return told

    def _source(self) -> SourceDraft:
        return SourceDraft(
            name=TIPS,
            kind="import",  # crawls lease no source of this kind
            address=TIPS,
            role="monitored",
            legal_basis=LEGAL_BASIS,
            retention_days=self._retention_days,
            interval_seconds=_INTERVAL_SECONDS,
        )


def canonical_url(url: str) -> str:
    """Bring the address of a page to one form, so that two reports of one page are recognised.

    Raises:
        UsageError: When it is no web address.

    """
    address = link_address(url.strip())
    if address is None:
        raise UsageError(f"{url!r} is not a web address: copy it whole from the browser; it begins with https://")
    return without_tracking(address)


def _identifier_of(text: str) -> str:
    """Return a hash of the text in which white space does not count: copying changes spaces and line ends."""
    plain = " ".join(unicodedata.normalize("NFC", text).split())
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()
