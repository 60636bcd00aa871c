"""Extraction of public posts from a web page: by structured data, then the source's rules, then heuristics."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from bs4 import Tag

from monitor.collectors.base import PostPicture, PublicPost
from monitor.collectors.http.fetched import Fetched
from monitor.collectors.http.urls import host_of, web_address, without_tracking
from monitor.collectors.parsing.dates import parse_date
from monitor.collectors.parsing.html_text import shown_pictures, to_text
from monitor.collectors.parsing.human_dates import Dated, read_date
from monitor.collectors.parsing.lxml_tree import Node, parse_page, words_in
from monitor.collectors.parsing.page_date import same_day, shown_date
from monitor.collectors.parsing.soup import parse_soup, words_of
from monitor.collectors.parsing.structured_data import (
    Description,
    claim_reviews,
    described_by_nodes,
    described_by_open_graph,
    discussion,
    read_nodes,
)
from monitor.collectors.webpage.settings import WebpageSettings
from monitor.errors import SourceRefused

PAGE_TYPES = frozenset({"", "text/html", "application/xhtml+xml"})
_SIGN_IN = re.compile(r"/(?:log-?in|sign-?in|dang-?nhap)\b", re.IGNORECASE)
_ROBOTS = re.compile(r"\s*robots\s*", re.IGNORECASE)
NO_COPY = "copy for evidence: the page asks for none (noarchive)"
_MOST_ITEMS = 500  # of a list page; a rule that is too wide would find every link
# Answers lie inside what they answer. Where no tag is closed each item holds all that follow, and reading every one of
# them whole would take the square of the time.
_DEEPEST = 10
_NOTHING = Description()
_WHOLE_SHARE = 0.5  # of the text that a page shows, in which comments of readers count too
_MORE_THAN_A_NOTE = 600  # characters; of less, what stands around an article is a large part
_BESIDE_TEXT = frozenset({"a", "aside", "footer", "form", "head", "header", "nav", "noscript", "script", "style"})
_MOST_TAGS = 50_000  # the library's search for the article takes time with more than their number
_FULLER = 1.5  # times as long; below, the two differ by a caption or an author line


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePosts:
    """The posts of one page.

    Args:
        posts: In the order of the page.
        skipped: What was left out, by reason.
        hits: For each expected post, whether structured data or the rules gave its text. Where there is a rule for
            the text, an excerpt is none: the rule no longer finds what the page shows.
        may_be_kept: Whether a copy of the page may be kept as evidence.

    """

    posts: Sequence[PublicPost] = ()
    skipped: Counter[str] = field(default_factory=Counter)
    hits: Sequence[bool] = ()
    may_be_kept: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One page of a list or thread.

    Args:
        fetched: The answer.
        links: The addresses that its items lead to.
        next_page: The address at which it goes on; None at its end.
        entries: Its items as posts; None when they only lead to their pages.

    """

    fetched: Fetched
    links: Sequence[str]
    next_page: str | None
    entries: PagePosts | None


def read_post_page(fetched: Fetched, settings: WebpageSettings) -> PagePosts:
    """Read a page as one post.

    Raises:
        SourceRefused: When the page is a form for signing in.

    """
    page = Page(fetched, settings)
    return replace(page.article(), may_be_kept=page.may_be_kept)


def read_listing(fetched: Fetched, settings: WebpageSettings) -> Listing:
    """Read a page of a list or thread.

    Raises:
        SourceRefused: When the page is a form for signing in.

    """
    page = Page(fetched, settings)
    next_page = page.next_page()  # which may stand inside an item
    links = [page.link_of(item) for item in page.items[:_MOST_ITEMS]]
    are_posts = settings.mode == "thread" or not settings.fetch_detail
    return Listing(
        fetched=fetched,
        links=[link for link in links if link],
        next_page=next_page,
        entries=replace(page.entries(), may_be_kept=page.may_be_kept) if are_posts else None,
    )


def read_article(page: str, url: str) -> tuple[str, str]:
    """Extract the article of a page with trafilatura: its text without menus, adverts and other readers' comments.

    Args:
        page: The page's HTML, decoded.
        url: The page's address.

    Returns:
        Text and title of the article; empty when the page has no text that looks like one.

    """
    from trafilatura import bare_extraction, settings  # noqa: PLC0415  slow to load, and few commands read articles

    is_small = page.count("<") <= _MOST_TAGS
    document = bare_extraction(page, url=url, with_metadata=True, include_comments=False) if is_small else None
    if not isinstance(document, settings.Document):
        return "", ""
    return (document.text or "").strip(), document.title or ""


class Page:
    """One fetched page, parsed once.

    Args:
        fetched: The answer.
        settings: The source's rules.

    """

    def __init__(self, fetched: Fetched, settings: WebpageSettings) -> None:
        self.fetched = fetched
        self.url = fetched.final_url
        self._settings = settings
        self._soup = parse_soup(fetched.text())
        base = self._soup.select_one("base[href]")
        self._base = web_address(str(base.get("href")) if base else "", self.url) or self.url
        self._nodes, self._unreadable = read_nodes(self._soup)
        self._head = described_by_open_graph(self._soup)
        self._directives = self._asked_of_robots()
        # After the structured data was read: its scripts may be among what is removed.
        for selector in settings.detail.remove:
            for element in selector.select(self._soup):
                element.extract()

    @cached_property
    def items(self) -> list[Tag]:
        """The elements that the rule for items finds; those that lie deep inside others are taken out of these."""
        chosen = self._settings.list.item
        found = list(chosen.select(self._soup)) if chosen else []
        depths: dict[int, int] = {}
        for item in found:  # as they stand in the page, so that the outer ones come first
            depth = next((depths[id(above)] for above in item.parents if id(above) in depths), 0)
            if depth == _DEEPEST:
                item.extract()
                depth = 0
            depths[id(item)] = depth + 1
        return found

    def link_of(self, item: Tag) -> str | None:
        """Return the address that an item leads to; None when it is this page, or one that may not be read."""
        link = web_address(self._settings.list.link.value(item), self._base)
        if link is None or without_tracking(link) == without_tracking(self.url):
            return None
        return link if host_of(link) in self._settings.hosts else None

    def next_page(self) -> str | None:
        """Return the address at which the list or thread goes on; None at its end."""
        rule = self._settings.list.next
        link = web_address(rule.value(self._soup), self._base) if rule else None
        return link if link and host_of(link) in self._settings.hosts else None

    def article(self) -> PagePosts:
        """Read the page as one post, and the fact checks that it marks up as posts of their own.

        Raises:
            SourceRefused: When the page is a form for signing in.

        """
        skipped = self._counted()
        # `noindex` is meant for search engines; a site that sets it does not want the page collected either.
        if not self._directives.isdisjoint({"noindex", "none"}):
            skipped["asks not to be indexed"] += 1
            return PagePosts(skipped=skipped)
        own = described_by_nodes(self._nodes, self.url)
        post, hit = self._post(self._soup, own, alone=True)
        reviews = claim_reviews(self._nodes, self.url)
        if not hit and not reviews:
            self._refuse_sign_in()
        if not post.text and not reviews:
            skipped["no text"] += 1
        written = [post] if post.text else []
        checks = [review.beside(post, self._dated(review.published)) for review in reviews]
        return PagePosts(posts=(*written, *checks), skipped=skipped, hits=(hit or (bool(checks) and not written),))

    def entries(self) -> PagePosts:
        """Read the items of the page as posts; without a rule for items, the discussion that the page describes.

        Raises:
            SourceRefused: When the page is a form for signing in.

        """
        skipped = self._counted()
        if self._settings.list.item is None:
            extracted = [
                (post, bool(post.text)) for post in map(self._described_post, discussion(self._nodes, self.url))
            ]
        else:
            extracted = [self._post(item, _NOTHING, alone=False) for item in self.items]
        if not extracted:
            self._refuse_sign_in()
        posts: dict[str, PublicPost] = {}
        for post, _ in extracted:
            is_empty = not post.text and not post.pictures
            reason = "no text" if is_empty else "no identifier" if not post.external_id else None
            if reason or post.external_id in posts:
                skipped[reason or "duplicate"] += 1
            else:
                posts[post.external_id] = post
        return PagePosts(posts=tuple(posts.values()), skipped=skipped, hits=[hit for _, hit in extracted])

    @property
    def may_be_kept(self) -> bool:
        """Whether a copy of the page may be kept as evidence: `noarchive` asks for none, and for nothing else."""
        return self._directives.isdisjoint({"noarchive", "none"})

    def _counted(self) -> Counter[str]:
        counted = {"unreadable JSON-LD": self._unreadable, NO_COPY: not self.may_be_kept}
        return Counter({reason: int(count) for reason, count in counted.items() if count})

    def _post(self, root: Tag, described: Description, *, alone: bool) -> tuple[PublicPost, bool]:
        """Extract a post; the second value says whether structured data or the rules gave its text."""
        rules = self._settings.detail
        url = (described.address if described.address and alone else None) or self._address(root, alone=alone)
        ruled = rules.body.text(root, self._base) if rules.body else ""
        text = ruled if len(ruled) > _FULLER * len(described.text) else described.text
        title = described.title or (self._head.title if alone else "")
        title = title or (rules.title.value(root) if rules.title else "")
        published = [described.published, self._head.published if alone else ""]
        language = described.language or self._head.language
        hit = bool(text)
        if not text and not alone and rules.body is None:
            text = to_text(root.decode_contents(), self._base)
            hit = bool(text)
        if alone and (not text or self._may_be_excerpt(text)):
            shown, heading = read_article(str(self._soup), self.url)
            shown = shown or described.summary or self._head.summary
            if len(shown) > _FULLER * len(text):
                text = shown
                hit = bool(text) and rules.body is None
            title = title or heading
        dated = self._published(root, published, alone=alone)
        post = PublicPost(
            external_id=self._identity(root, url, alone=alone),
            text=text,
            url=url,
            author=described.author or (rules.author.value(root) if rules.author else "") or None,
            title=title or None if alone or not self._is_thread else None,
            context=self._heading() if not alone and self._is_thread else None,
            **dated.of_post,
            edited_at=self._edited(described.modified or (self._head.modified if alone else ""), dated.moment),
            language=language or None,
            pictures=self._pictures(root, alone=alone),
        )
        return post, hit

    def _pictures(self, root: Tag, *, alone: bool) -> Sequence[PostPicture]:
        """Return the pictures of an item, or of the article and the one that the page itself names."""
        areas = root.find_all("article") if alone else [root]
        shown = shown_pictures((image for area in areas for image in area.find_all("img")), self._base)
        return [*shown, *self._head.pictures] if alone else shown

    def _may_be_excerpt(self, text: str) -> bool:
        """Return whether a page shows much more than structured data and rules gave: some sites call a teaser the body.

        In a discussion, the rest is what others said.
        """
        # Not of paragraphs alone: the text of many pages stands between line breaks, or in other elements.
        shown = words_in(self._tree, without=lambda element: element.tag in _BESIDE_TEXT)
        is_part = len(shown) > _MORE_THAN_A_NOTE and len(text) < _WHOLE_SHARE * len(shown)
        return is_part and not discussion(self._nodes, self.url)

    def _described_post(self, described: Description) -> PublicPost:
        dated = self._dated(described.published)
        return PublicPost(
            external_id=described.identifier,
            text=described.text,
            url=described.address or self.url,
            author=described.author or None,
            context=self._heading(),
            **dated.of_post,
            edited_at=self._edited(described.modified, dated.moment),
            language=described.language or self._head.language or None,
        )

    @property
    def _is_thread(self) -> bool:
        return self._settings.mode == "thread"

    def _address(self, root: Tag, *, alone: bool) -> str:
        """Return the permalink of a post."""
        if alone:
            for link in self._soup.find_all("link", rel="canonical"):
                canonical = web_address(str(link.get("href") or ""), self._base)
                if canonical and host_of(canonical) in self._settings.hosts:
                    return canonical
            return without_tracking(self.url)
        return self.link_of(root) or self.url

    def _identity(self, root: Tag, url: str, *, alone: bool) -> str:
        if self._settings.detail.id is not None:
            return self._settings.detail.id.value(root)
        # Without its own link, an item would get the identifier of the whole page.
        return without_tracking(url) if alone or self.link_of(root) else ""

    def _published(self, root: Tag, described: Sequence[str], *, alone: bool) -> Dated:
        """Prefer structured data, then the rule, then what the page shows near its headline.

        A day that structured data gives without a time is completed by what is shown.
        """
        rule = self._settings.detail.date
        written = [*described, rule.value(root) if rule else ""]
        dated = next((each for each in map(self._dated, written) if each.moment), None)
        if dated is None or dated.precision == "day":
            shown = shown_date(self._tree, self.fetched.fetched_at) if alone and rule is None else Dated()
            if shown.moment and (dated is None or same_day(shown, dated)):
                return shown
        return dated or Dated(raw=next(filter(None, written), None))

    @cached_property
    def _tree(self) -> Node:
        """Return the page on the faster tree, without what the rules remove."""
        return parse_page(str(self._soup))

    def _dated(self, raw: str) -> Dated:
        return read_date(raw, now=self.fetched.fetched_at)

    def _edited(self, raw: str, published_at: datetime | None) -> datetime | None:
        modified = parse_date(raw) if raw else None
        return modified if modified and published_at and modified > published_at else None

    def _heading(self) -> str | None:
        rule = self._settings.detail.title
        title = rule.value(self._soup) if rule else ""
        return title or words_of(self._soup.select_one("h1")) or self._head.title or words_of(self._soup.title) or None

    def _asked_of_robots(self) -> frozenset[str]:
        tags = [str(meta.get("content") or "") for meta in self._soup.find_all("meta", attrs={"name": _ROBOTS})]
        written = ",".join([*tags, self.fetched.headers.get("x-robots-tag", "")])
        return frozenset(word.strip().lower() for word in written.split(","))

    def _refuse_sign_in(self) -> None:
        """Refuse a sign-in page; called when no posts were found."""
        # A password field alone is no proof where posts were found: many pages have one in their header.
        moved_there = self.url != self.fetched.url and _SIGN_IN.search(self.url)
        if moved_there or self._soup.select_one('input[type="password" i]') is not None:
            raise SourceRefused(f"{self.url} asks to sign in first: ask its owner for permission, or remove the source")
