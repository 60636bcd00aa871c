"""The collector for web pages without feed or API: an article, a list of articles, or a discussion."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace

from monitor.collectors.base import Batch, KnownPost, PublicPost, SourceView
from monitor.collectors.http.client import PoliteClient
from monitor.collectors.http.fetched import GONE_STATUSES, Fetched, conditional_headers
from monitor.collectors.http.urls import host_of, web_address
from monitor.collectors.webpage.cursor import Cursor
from monitor.collectors.webpage.page import PAGE_TYPES, Listing, PagePosts, read_listing, read_post_page
from monitor.collectors.webpage.settings import WebpageSettings, page_key
from monitor.errors import AddressBlocked, FetchFailed, PayloadInvalid, RateLimited

_NOT_MODIFIED = 304
_OK = 200
# Statuses that concern one page; 401, 403 and 451 mean that the whole site refuses.
_PAGE_STATUSES = frozenset(range(400, 500)) - {401, 403, 408, 425, 429, 451}
_FRONT_PAGE = "its page leads to the front page"
_RULES_MISSED = "its text was not where the rules look for it"
_KNOWN_IN_A_ROW = 5  # items; then a list is not read further
_LOOKED_AT_AGAIN = 5  # watched pages a reading, for edits and removals
_MOST_FAILURES = 3  # in a row; then the site is down, not one page


class WebpageCollector:
    """Reads pages by the rules in the source's settings: see `WebpageSettings`, and `rules.py` for their syntax.

    Scripts are not run and forms are not sent. The cursor holds the pages that were read with their posts, the page at
    which each thread continues, and whether the rules found the last posts.
    """

    kind = "webpage"

    async def collect(self, source: SourceView, client: PoliteClient) -> AsyncIterator[Batch]:
        """Read what is new, oldest first, then some watched pages again.

        Raises:
            UsageError: When the source's settings are wrong.
            PayloadInvalid: When a page is no web page, or the rules found nothing for the second time in a row.
            SourceRefused: When a page asks to sign in.
            CollectError: Another of its subclasses, when a page could not be read.

        """
        run = _Run(source, WebpageSettings.from_source(source), client)
        if run.settings.mode == "thread":
            batches = run.threads()
        elif run.settings.mode == "single":
            batches = run.singles()
        else:
            batches = run.lists()
        async for batch in batches:
            yield batch
        async for batch in run.recheck_watched():
            yield batch
        yield run.close()

    async def recheck(
        self, source: SourceView, client: PoliteClient, posts: Sequence[KnownPost]
    ) -> AsyncIterator[Batch]:
        """Read the pages of single posts again; posts that share a page with others are left out.

        Raises:
            UsageError: When the source's settings are wrong.
            CollectError: When a page could not be read.

        """
        run = _Run(source, WebpageSettings.from_source(source), client)
        if run.settings.mode == "thread" or (run.settings.mode == "list" and not run.settings.fetch_detail):
            return
        for post in posts:
            url = web_address(post.url or "", "")
            if url and host_of(url) in run.settings.hosts and (batch := await run.again(url)):
                wanted = tuple(read for read in batch.posts if read.external_id == post.external_id)
                gone = (post.external_id,) if batch.fetched.is_gone else ()
                if wanted or gone:
                    yield replace(batch, posts=wanted, gone=gone, cursor=None)


class _Run:
    """One run over a source."""

    def __init__(self, source: SourceView, settings: WebpageSettings, client: PoliteClient) -> None:
        self.settings = settings
        self._source = source
        self._client = client
        self._cursor = Cursor(source.cursor)
        self._asks_conditionally = not self._cursor.must_read_all
        self._validators: dict[str, Mapping[str, str]] = {}
        self._last: Fetched | None = None
        self._read: set[str] = set()
        self._skipped: Counter[str] = Counter()
        self._gap: str | None = None
        self._hits: list[bool] = []
        self._expected = self._items_found = False
        self._textless: dict[str, list[str]] = {}

    async def singles(self) -> AsyncIterator[Batch]:
        """Read each start page as one post."""
        for url in self.settings.start_urls:
            known = self._cursor.posts_on(page_key(url))
            fetched = await self._page(url, accept=GONE_STATUSES if known else frozenset())
            if known and fetched.is_gone:
                self._cursor.forget(page_key(url))
                yield Batch(fetched=fetched, gone=known, cursor=self._cursor.as_dict())
            elif known and fetched.redirected_to_front_page:
                self._skipped[_FRONT_PAGE] += 1
            elif fetched.status != _NOT_MODIFIED:
                yield await self._keep(url, fetched)

    async def threads(self) -> AsyncIterator[Batch]:
        """Read each discussion from the page at which the last run ended."""
        for start in self.settings.start_urls:
            url: str | None = self._cursor.next_page_of(start)
            visited: set[str] = set()
            while url and url not in visited and len(visited) < self.settings.list.max_pages:
                visited.add(url)
                fetched = await self._page(url, accept=GONE_STATUSES if url != start else frozenset())
                if fetched.status in GONE_STATUSES:  # posts were removed, so that there are fewer pages now
                    url = start
                    continue
                if fetched.status == _NOT_MODIFIED:
                    break
                page = await self._client.parse(read_listing, fetched, self.settings)
                self._cursor.set_next_page(start, page.next_page or url)
                yield self._keep_entries(page, newest_first=False)
                url = page.next_page

    async def lists(self) -> AsyncIterator[Batch]:
        """Read each list back to a known item, then the pages of new items, oldest first."""
        pages = [page for start in self.settings.start_urls for page in await self._list_pages(start)]
        if not self.settings.fetch_detail:
            for page in reversed(pages):
                yield self._keep_entries(page, newest_first=True)
            return
        links = [link for page in pages for link in page.links]
        self._expected, self._items_found = bool(pages), bool(links)
        fresh = list({page_key(link): link for link in links if not self._cursor.has_page(page_key(link))}.values())
        self._cursor.waiting = len(fresh) > self.settings.max_details
        failures = 0
        # The oldest first: what is left over stays on the list for the next run.
        for link in reversed(fresh[-self.settings.max_details :]):
            try:
                batch = await self._detail(link)
            except FetchFailed as error:
                failures += 1
                if isinstance(error, RateLimited) or failures >= _MOST_FAILURES:
                    raise
                self._skipped["its page could not be read now"] += 1
                self._cursor.waiting = True
                continue
            failures = 0
            if batch:
                yield batch

    async def recheck_watched(self) -> AsyncIterator[Batch]:
        """Read some watched pages again, the least recently read first."""
        if self.settings.mode != "list" or not self.settings.fetch_detail:
            return
        watched = self._cursor.pages_with(frozenset(self._source.watched))
        for url in [url for url in watched if url not in self._read][:_LOOKED_AT_AGAIN]:
            batch = await self.again(url)
            self._cursor.mark_rechecked(url)
            if batch:
                yield replace(batch, cursor=self._cursor.as_dict())

    async def again(self, url: str) -> Batch | None:
        """Read a page again; None when it gives no result now."""
        fetched = await self._client.get(url, accept_status=_PAGE_STATUSES)
        self._last = fetched
        if fetched.is_gone:
            gone = self._cursor.posts_on(page_key(url))
            self._cursor.forget(page_key(url))
            return Batch(fetched=fetched, gone=gone)
        if fetched.status != _OK or self._fault_of_one(fetched):
            return None
        reading = await self._client.parse(read_post_page, fetched, self.settings)
        if not all(reading.hits):
            # Text found by heuristics must not replace text that the rules once found.
            return Batch(fetched=fetched, skipped=Counter({_RULES_MISSED: 1}))
        return Batch(fetched=fetched, posts=reading.posts, may_be_kept=reading.may_be_kept)

    def close(self) -> Batch:
        """Check the layout over the whole run, and return the last batch.

        Raises:
            PayloadInvalid: When neither this reading nor the last one found anything where the rules say.

        """
        if self._last is None:
            raise PayloadInvalid(f"source {self._source.name} could read none of its pages: look at them in a browser")
        only_new_ones = self.settings.mode == "list" and self.settings.fetch_detail
        drift = self._cursor.check_layout(
            self._hits, nothing_found=self._expected and not self._items_found, same_posts=not only_new_ones
        )
        # Once may be a faulty page; twice in a row means that the site changed its layout.
        if drift and self._cursor.drifts > 1:
            raise PayloadInvalid(f"{drift}, for the second time: correct the rules of source {self._source.name}")
        if not drift:
            for key, names in self._textless.items():
                self._cursor.remember(key, names)
        return Batch(
            fetched=self._last,
            skipped=self._skipped,
            cursor=self._cursor.as_dict(),
            validators={} if self._cursor.must_read_all else self._validators,
            gap=drift or self._gap,
            unchanged=not self._read and not drift,
        )

    async def _list_pages(self, start: str) -> list[Listing]:
        pages: list[Listing] = []
        url: str | None = start
        visited: set[str] = set()
        known_in_a_row, met_known = 0, not self._cursor.has_pages
        while url and url not in visited and len(visited) < self.settings.list.max_pages:
            visited.add(url)
            fetched = await self._page(url, conditional=url == start)
            if fetched.status == _NOT_MODIFIED:
                return pages
            page = await self._client.parse(read_listing, fetched, self.settings)
            pages.append(page)
            for link in page.links:
                known = self._cursor.has_page(page_key(link))
                known_in_a_row = known_in_a_row + 1 if known else 0
                met_known = met_known or known
            if known_in_a_row >= _KNOWN_IN_A_ROW:
                return pages
            url = page.next_page
        if self.settings.fetch_detail and not met_known and any(page.links for page in pages):
            self._gap = f"{start} showed nothing known: what stood between was missed; raise `list.max_pages`"
        return pages

    async def _detail(self, url: str) -> Batch | None:
        """Read the page of a new item; one without posts is counted as skipped and not read again."""
        try:
            fetched = await self._client.get(url, accept_status=_PAGE_STATUSES)
        except AddressBlocked:
            reason: str | None = "its address may not be opened"
        else:
            self._last = fetched
            reason = f"its page answers {fetched.status}" if fetched.status != _OK else self._fault_of_one(fetched)
        self._read.add(page_key(url))
        if reason is None:
            try:
                return await self._keep(url, fetched)
            except PayloadInvalid:  # one page that no parser gets through must not stop the list for good
                reason = "its page takes too much to parse"
        self._skipped[reason] += 1
        self._cursor.remember(page_key(url), [])
        return None

    async def _page(self, url: str, *, conditional: bool = True, accept: frozenset[int] = frozenset()) -> Fetched:
        """Read a page that the settings name or a list leads on to."""
        stored = self._source.validators.get(url, {}) if conditional and self._asks_conditionally else {}
        fetched = await self._client.get(url, headers=conditional_headers(stored), accept_status=accept)
        self._last = fetched
        if fetched.status == _NOT_MODIFIED:
            self._validators[url] = stored
            return fetched
        self._read.add(page_key(url))
        fault = self._fault(fetched) if fetched.status == _OK else None
        if fault:
            raise PayloadInvalid(f"{url} cannot be read ({fault}): check the address of the source and `allowed_hosts`")
        if conditional:
            self._validators |= fetched.validators_for(url)
        return fetched

    def _fault(self, fetched: Fetched) -> str | None:
        if host_of(fetched.final_url) not in self.settings.hosts:
            return "its page leads to another host"
        return None if fetched.content_type in PAGE_TYPES else "its page is no HTML"

    def _fault_of_one(self, fetched: Fetched) -> str | None:
        """Return why the page of one post cannot be used; a front page must not be taken for a post."""
        return self._fault(fetched) or (_FRONT_PAGE if fetched.redirected_to_front_page else None)

    async def _keep(self, url: str, fetched: Fetched) -> Batch:
        reading = await self._client.parse(read_post_page, fetched, self.settings)
        self._hits.extend(reading.hits)
        if self._cursor.posts_on(page_key(url)) and not all(reading.hits):
            return Batch(fetched=fetched, skipped=Counter({_RULES_MISSED: 1}), cursor=self._cursor.as_dict())
        names = [post.external_id for post in reading.posts]
        # A page without text counts as read only when the rules are not at fault.
        if names or not reading.hits:
            self._cursor.remember(page_key(url), names)
        else:
            self._textless[page_key(url)] = names
        return self._batch(fetched, reading, reading.posts)

    def _keep_entries(self, page: Listing, *, newest_first: bool) -> Batch:
        reading = page.entries or PagePosts()
        self._hits.extend(reading.hits)
        self._expected, self._items_found = True, self._items_found or bool(reading.hits)
        posts = tuple(reversed(reading.posts)) if newest_first else reading.posts
        return self._batch(page.fetched, reading, posts)

    def _batch(self, fetched: Fetched, reading: PagePosts, posts: Sequence[PublicPost]) -> Batch:
        return Batch(
            fetched=fetched,
            posts=posts,
            skipped=reading.skipped,
            cursor=self._cursor.as_dict(),
            may_be_kept=reading.may_be_kept,
        )
