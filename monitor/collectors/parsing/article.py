"""The article of a web page: its text without menus, adverts and other readers' comments."""

import re
from dataclasses import dataclass
from datetime import datetime

from monitor.collectors.parsing.human_dates import Dated, read_date
from monitor.collectors.parsing.lxml_tree import parse_page
from monitor.collectors.parsing.page_date import shown_date

_META = re.compile(r"<meta\b[^<>]{0,1000}>", re.IGNORECASE)
_IS_PUBLISHED_TIME = re.compile(r"""\bproperty\s*=\s*["']article:published_time["']""", re.IGNORECASE)
_CONTENT = re.compile(r"""\bcontent\s*=\s*["']([^"'<>]{1,100})["']""", re.IGNORECASE)
_MOST_TAGS = 50_000  # the library's search for the article takes time with more than their number


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """The article of a page."""

    text: str
    title: str | None
    language: str | None


def read_article(page: str, url: str) -> Article | None:
    """Extract the article of a page with trafilatura.

    Args:
        page: The page's HTML, decoded.
        url: The page's address.

    Returns:
        The article; None when the page has no text that looks like one.

    """
    from trafilatura import bare_extraction, settings  # noqa: PLC0415  slow to load, and few commands read articles

    if page.count("<") > _MOST_TAGS:
        return None
    document = bare_extraction(page, url=url, with_metadata=True, include_comments=False)
    if not isinstance(document, settings.Document) or not (document.text or "").strip():
        return None
    return Article(
        text=(document.text or "").strip(),
        title=document.title or None,
        language=document.language or None,
    )


def read_published(page: str, now: datetime) -> Dated:
    """Read when a page was published: what it states for machines, else what it shows near its headline.

    Args:
        page: The page's HTML, decoded.
        now: When it was read; `2 giờ trước` counts from it.

    """
    stated = read_date(_published_time(page) or "", now=now)
    return stated if stated.moment else shown_date(parse_page(page), now)


def _published_time(page: str) -> str | None:
    for meta in _META.finditer(page):
        content = _CONTENT.search(meta[0]) if _IS_PUBLISHED_TIME.search(meta[0]) else None
        if content:
            return content[1].strip()
    return None
