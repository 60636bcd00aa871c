"""The date that a page shows near its headline, where it describes none for machines.

Of the many dates of a page most are others': today's in the head, those of related articles and comments, the year of
the copyright, days that the text tells of. So a date counts only where it stands alone near the headline.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import NamedTuple

from lxml import etree

from monitor.clock import VIETNAM
from monitor.collectors.parsing.human_dates import Dated, read_date
from monitor.collectors.parsing.lxml_tree import Node, words_in

_CLOCK = (
    r"\d{1,2}\s?(?::\s?\d{2}(?::\d{2})?|[hg]\s?\d{2}|giờ(?:\s?\d{1,2}(?:\s?phút)?)?)"
    r"(?:\s?(?:SA|CH|[AP]\.?M\.?|sáng|trưa|chiều|tối)\b)?"
)
_WEEKDAY = (
    r"(?:(?:thứ\s(?:hai|ba|tư|năm|sáu|bảy|[2-7])|chủ\snhật|cn|t[2-7]"
    r"|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?)\b)"
)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
_DAY = (
    r"(?:\d{1,2}\s?(?P<mark>[/.-])\s?\d{1,2}\s?(?P=mark)\s?\d{4}"
    r"|\d{4}[-/]\d{1,2}[-/]\d{1,2}"
    r"|\d{1,2}\s(?:tháng|thg)\s[\w ]{1,12}?,?\s(?:năm\s)?\d{4}"
    rf"|{_MONTH}\s\d{{1,2}}(?:st|nd|rd|th)?,?\s\d{{4}}|\d{{1,2}}\s{_MONTH},?\s\d{{4}})"
)
_BETWEEN = r"[\s,|–•·-]{0,5}"
_ZONE = r"(?:\s?\(?(?:GMT|UTC)\s?[+-]\s?\d{1,2}(?::?\d{2})?\)?|\s?Z\b|\s?[+-]\d{2}:?\d{2}\b)?"
_WRITTEN = re.compile(
    rf"(?<![\d/.-])(?:{_CLOCK}{_BETWEEN})?(?:{_WEEKDAY}{_BETWEEN})?(?:ngày\s)?{_DAY}(?![\d/])"
    rf"(?:(?:{_BETWEEN}(?:lúc\s|vào\s|at\s)?|T){_CLOCK})?{_ZONE}",
    re.IGNORECASE,
)
_RELATIVE = re.compile(
    rf"(?:\b(?:\d{{1,2}}|một|hai|ba|vài|nửa)\s(?:phút|giờ|tiếng|ngày|tuần)\strước\b|\bvừa xong\b"
    rf"|\bhôm\s(?:nay|qua|kia)\b(?:{_BETWEEN}(?:lúc\s)?{_CLOCK})?)",
    re.IGNORECASE,
)
_HAS_DATE = re.compile(r"\d[/.-]\d|tháng \d|thg \d|\b20\d\d\b|trước|hôm |vừa xong", re.IGNORECASE)
_UPDATED = re.compile(r"cập nhật|sửa|updated|modified", re.IGNORECASE)
_LABELS = re.compile(
    r"\b(?:ngày|giờ|lúc|đăng|gửi|xuất bản|cập nhật|lần cuối|bởi|tác giả|theo|lượt xem"
    r"|published|posted|updated|on|by|at)\b"
    r"|[\W\d_]+",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"(?:^|[\s_-])(?:foot|footer|copyright|related?|relation|sidebar|sidenav|aside|comments?|(?<!elementor-)widget|popular|trending"
    r"|recommend(?:ed)?|breadcrumb|menu|nav(?:bar)?|banner|ads?|top-?bar|today|weather|suggest|most|hot"
    r"|lien-?quan|binh-?luan|doc-?nhieu|xem-?nhieu|xem-?them|tin-?khac|tin-?moi|cung-?(?:chuyen-?)?muc|chan-?trang"
    r"|caption|photo|image|gallery)(?:$|[\s_-])",
    re.IGNORECASE,
)
_OF_DATE = re.compile(r"date|time|ngay|publish|posted|post-?on|meta|byline", re.IGNORECASE)
_NOT_READ = frozenset({
    "script", "style", "noscript", "template", "svg", "footer", "aside", "nav", "select", "figure", "figcaption",
    "head",
})  # fmt: skip
_LONGEST = 160  # characters of the element that holds a date and little else
_MOST_OTHER_WORDS = 8  # the author's name, the place, the desk
_AFTER, _BEFORE = 1000, 250  # characters between headline and date: a lead may stand there
_LINKED_WORDS = 5  # of a link beside a date: the headline of another article
_LEVELS = 4
_UPDATED_COST, _UNMARKED_COST, _DAY_COST = 300, 150, 200  # by how many characters another date may be nearer
_BEGINNING = 40  # characters of a headline that the title repeats
_MOST_HITS = 200
_MOST_LINKS = 50
_ONE_READING = timedelta(minutes=15)
_AHEAD = timedelta(days=1)


class _Place(NamedTuple):
    """Where an element stands: how many characters are before it, and before its end."""

    begin: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.begin


class _Candidate(NamedTuple):
    cost: int
    dated: Dated


def shown_date(root: Node, now: datetime) -> Dated:
    """Find the date that a page shows near its headline.

    Args:
        root: The parsed page.
        now: When it was read; `2 giờ trước` counts from it.

    Returns:
        The date, as it is written there; nothing when there is none that is surely the page's own.

    """
    headline = _headline(root)
    if headline is None:
        return Dated()
    candidates = sorted(_candidates(root, headline, now), key=lambda each: each.cost)
    if not candidates:
        return Dated()
    best = candidates[0].dated
    if best.precision != "day":
        return best
    finer = (each.dated for each in candidates if each.dated.precision != "day" and same_day(each.dated, best))
    return next(finer, best)


def same_day(one: Dated, other: Dated) -> bool:
    """Return whether two dates are on one day in Việt Nam."""
    moments = [each.moment.astimezone(VIETNAM) for each in (one, other) if each.moment]
    return len({moment.date() for moment in moments}) == 1


def _headline(root: Node) -> Node | None:
    """Return the heading that the page's title repeats, else its first one of the highest rank."""
    title = words_in(root.find(".//title")).casefold()
    headings = [each for name in ("h1", "h2") for each in root.iter(name)]
    beginnings = [(each, words_in(each).casefold()[:_BEGINNING]) for each in headings]
    repeated = (each for each, beginning in beginnings if beginning and beginning in title)
    return next(repeated, next((each for each, beginning in beginnings if beginning and each.tag == "h1"), None))


def _candidates(root: Node, headline: Node, now: datetime) -> Iterator[_Candidate]:
    around = {headline, *headline.iterancestors()}
    places, hits = _places(root, around)
    top = places.get(headline)
    if top is None:
        return
    seen: set[Node] = set()
    for hit in hits[:_MOST_HITS]:
        for element in (hit, *islice(hit.iterancestors(), _LEVELS)):
            place = places.get(element)
            if element in around or element in seen or place is None or place.length > _LONGEST:
                break
            seen.add(element)
            distance = _distance(place, top)
            if distance is None or _is_of_another(element, around, places):
                continue
            candidate = _read(element, _words(element), distance, now)
            if candidate and not (place.begin < top.begin and _is_clock(candidate.dated, now)):
                yield candidate


def _places(root: Node, around: set[Node]) -> tuple[dict[Node, _Place], list[Node]]:
    """Return where the elements of the article stand, and those with something like a date in them."""
    begins: dict[Node, int] = {}
    places: dict[Node, _Place] = {}
    hits: list[Node] = []
    position = 0
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        if event == "start":
            if element not in around and _is_elsewhere(element):
                walk.skip_subtree()
                continue
            begins[element] = position
            if element.get("datetime") or (element.text and _HAS_DATE.search(element.text)):
                hits.append(element)
            position += len((element.text or "").strip())
            continue
        if element in begins:
            places[element] = _Place(begins[element], position)
        if element.tail and element is not root:
            if _HAS_DATE.search(element.tail):
                hits.append(element.getparent())
            position += len(element.tail.strip())
    return places, hits


def _is_elsewhere(element: Node) -> bool:
    """Tell whether an element is no part of the article: by its name, or by what it is called."""
    if element.tag in _NOT_READ:
        return True
    called = f"{element.get('class') or ''} {element.get('id') or ''}"
    return called != " " and _ELSEWHERE.search(called) is not None


def _distance(place: _Place, top: _Place) -> int | None:
    """Return how far a date is from the headline; one above it is twice as far. None when it is too far."""
    if place.begin >= top.end:
        return place.begin - top.end if place.begin - top.end <= _AFTER else None
    return (top.begin - place.end) * 2 if 0 <= top.begin - place.end <= _BEFORE else None


def _is_of_another(element: Node, around: set[Node], places: dict[Node, _Place]) -> bool:
    """Tell whether a date stands beside or in the link to another article, or in the text."""
    for each in (element, *islice(element.iterancestors(), _LEVELS)):
        if each in around or each not in places:
            return False
        if places[each].length > _LONGEST:
            return bool(each.tag == "p")
        for link in islice(each.iter("a"), _MOST_LINKS):
            words = _words(link)
            if len(words.split()) >= _LINKED_WORDS and "google" not in words.casefold() and not _WRITTEN.search(words):
                return True
        if each.tag == "a" and len(_LABELS.sub(" ", _WRITTEN.sub(" ", _words(each))).split()) >= _LINKED_WORDS:
            return True
    return False


def _is_clock(dated: Dated, now: datetime) -> bool:
    """Tell whether a date above the headline is that of the reading: many sites show what day it is."""
    if dated.moment is None or dated.precision == "day":
        return same_day(dated, Dated(now))
    return abs(dated.moment - now) <= _ONE_READING


def _read(element: Node, text: str, distance: int, now: datetime) -> _Candidate | None:
    found = _WRITTEN.search(text) or _RELATIVE.search(text)
    if found is not None:
        others = f"{text[: found.start()]} {text[found.end() :]}"
        if len(_LABELS.sub(" ", others).split()) > _MOST_OTHER_WORDS or (
            found.end() < len(text) and text.endswith(".")
        ):
            return None
    written = found[0].strip() if found else ""
    exact = (element.get("datetime") or "").strip()
    dated = next((each for each in (read_date(raw, now=now) for raw in (exact, written) if raw) if each.moment), None)
    if dated is None or dated.moment is None or dated.moment > now + _AHEAD:
        return None
    if dated.precision == "day" and written and dated.raw != written:  # the attribute may be coarser than what is shown
        shown = read_date(written, now=now)
        dated = shown if shown.moment and same_day(shown, dated) else dated
    marked = element.tag == "time" or _OF_DATE.search(
        f"{element.get('class')} {element.get('id')} {element.get('itemprop')}"
    )
    cost = distance + (_UPDATED_COST if _UPDATED.search(text) else 0) + (0 if marked else _UNMARKED_COST)
    return _Candidate(cost + (_DAY_COST if dated.precision == "day" else 0), dated)


def _words(element: Node) -> str:
    """Return an element's words, those of its parts set apart."""
    return " ".join(" ".join(element.itertext()).split())
