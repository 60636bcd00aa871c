"""Structured data of a web page: JSON-LD with schema.org types, fact checks in microdata, and OpenGraph."""

import hashlib
import html
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bs4 import BeautifulSoup, Tag

from monitor.collectors.base import CheckedClaim, PostPicture, PublicPost
from monitor.collectors.http.urls import web_address, without_tracking
from monitor.collectors.parsing.html_text import to_text, without_controls
from monitor.collectors.parsing.human_dates import Dated
from monitor.collectors.parsing.json_models import bounded_integer
from monitor.collectors.parsing.lxml_tree import whole_text
from monitor.collectors.parsing.verdicts import which_way

_ARTICLES = frozenset({
    "Article", "NewsArticle", "ReportageNewsArticle", "AnalysisNewsArticle", "BlogPosting", "Report",
    "DiscussionForumPosting", "SocialMediaPosting",
})  # fmt: skip
_DISCUSSION = frozenset({"DiscussionForumPosting", "SocialMediaPosting", "QAPage", "Question"})
_COMMENTS = ("comment", "suggestedAnswer", "acceptedAnswer")
_PUBLISHED = (
    "article:published_time", "datepublished", "article:published", "og:published_time", "pubdate", "publishdate",
    "publish-date", "publish_date", "dc.date.issued", "dcterms.issued", "dc.date", "dcterms.created",
    "parsely-pub-date", "sailthru.date", "citation_publication_date",
)  # fmt: skip
_SCALE = ("ratingValue", "bestRating", "worstRating")
_VALUES = ("content", "datetime", "href", "src")
_INNER = ("@graph", "mainEntity", "hasPart", "review")
_DEEPEST = 6  # bounds recursion on hostile pages
_MOST_NODES = 5000
_VOCABULARY = re.compile(r"^(?:schema:|https?://schema\.org/)")
_CLAIM_REVIEW = re.compile(r"\bschema\.org/ClaimReview\s*$")
_TAG = re.compile(r"</?[a-zA-Z]")
_BEFORE = re.compile(r"<!--|//\s*<!\[CDATA\[|/\*.*?\*/", re.DOTALL)
_AFTER = re.compile(r"(?:-->|//\s*\]\]>)\Z")
_LONGEST_END = 50

Node = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """One article or post as the page describes it. Dates are as written; empty texts mean not given."""

    text: str = ""
    title: str = ""
    summary: str = ""
    author: str = ""
    published: str = ""
    modified: str = ""
    language: str = ""
    address: str | None = None
    identifier: str = ""
    pictures: Sequence[PostPicture] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimReview:
    """A fact check (schema.org ClaimReview): claim, verdict, publisher. `key` identifies the claim on its page.

    `rating` is the number of the verdict from 0 (worst) to 1 (best); None where the scale is not known.
    """

    claim: str
    verdict: str
    publisher: str
    published: str
    address: str | None
    rating: float | None = None

    @property
    def key(self) -> str:
        """A stable identifier of the claim."""
        return hashlib.sha256(unicodedata.normalize("NFC", self.claim).encode()).hexdigest()[:16]

    @property
    def checked(self) -> CheckedClaim:
        """What it says, as a post carries it."""
        bears = which_way(self.verdict, self.rating)
        return CheckedClaim(claim=self.claim, verdict=self.verdict, bears=bears, outlet=self.publisher)

    def text(self) -> str:
        """Return the fact check as plain text."""
        lines = [f"Tuyên bố được kiểm chứng: {self.claim}", f"Kết luận: {self.verdict}"]
        return "\n".join([*lines, f"Đơn vị kiểm chứng: {self.publisher}"] if self.publisher else lines)

    def beside(self, post: PublicPost, dated: Dated) -> PublicPost:
        """Return it as a post of its own, named by the claim on the page or entry that marks it up.

        Args:
            post: The post of that page or entry, for what the check itself does not say.
            dated: `published`, as it was read.

        """
        return replace(
            post,
            external_id=f"{post.external_id}#claim-{self.key}",
            text=self.text(),
            url=self.address or post.url,
            author=self.publisher or post.author,
            **(dated.of_post if dated.moment else {}),
            checked=self.checked,
            pictures=(),
        )


def read_nodes(soup: BeautifulSoup) -> tuple[list[Node], int]:
    """Return the nodes of a page, outer before inner, and the number of scripts that cannot be parsed.

    They are those of its JSON-LD, and the fact checks that it marks up as microdata.
    """
    nodes: list[Node] = []
    unreadable = 0
    for script in soup.find_all("script", type=re.compile(r"^\s*application/ld\+json", re.IGNORECASE)):
        written = script.get_text()
        if not written.strip():
            continue
        try:
            # Raw line breaks inside strings are invalid JSON, but common.
            value = json.loads(_unwrapped(written), strict=False, parse_int=bounded_integer)
        except (ValueError, RecursionError):
            unreadable += 1
            continue
        nodes.extend(_nodes_in(_unprefixed(value, 0), 0))
    nodes.extend(_microdata(scope, 0) for scope in soup.find_all(itemtype=_CLAIM_REVIEW))
    return nodes, unreadable


def _unprefixed(value: Any, depth: int) -> Any:
    """Write names of the vocabulary without its prefix: `schema:author` is `author`."""
    if depth > 2 * _DEEPEST:
        return value
    if isinstance(value, list):
        return [_unprefixed(each, depth + 1) for each in value]
    if not isinstance(value, dict):
        return value
    return {_VOCABULARY.sub("", name): _unprefixed(inner, depth + 1) for name, inner in value.items()}


def _microdata(scope: Tag, depth: int) -> Node:
    """Read an element with `itemscope` as the node that JSON-LD would have for it."""
    node: dict[str, Any] = {"@type": str(scope.get("itemtype") or ""), "@id": str(scope.get("itemid") or "")}
    for element in scope.find_all(itemprop=True):
        if element.find_parent(itemscope=True) is not scope:
            continue
        written = next((str(element[name]) for name in _VALUES if element.get(name)), element.get_text(" ", strip=True))
        value = _microdata(element, depth + 1) if element.has_attr("itemscope") and depth < _DEEPEST else written
        for name in str(element.get("itemprop")).split():
            node.setdefault(name, value)
    return node


def _unwrapped(written: str) -> str:
    """Take off the comment signs that hide a script from old browsers."""
    text = written.strip()
    before = _BEFORE.match(text)
    text = text[before.end() if before else 0 :].rstrip().removesuffix(";").rstrip()
    after = _AFTER.search(text, max(0, len(text) - _LONGEST_END))
    return text[: after.start()] if after else text


def described_by_nodes(nodes: Sequence[Node], page_url: str) -> Description:
    """Describe a page's article by its JSON-LD: the node that names this page, else the first one."""
    articles = [node for node in nodes if _types(node) & _ARTICLES]
    own = without_tracking(page_url)
    named = (node for node in articles if own in {without_tracking(address) for address in _addresses(node, page_url)})
    chosen = next(named, articles[0] if articles else None)
    return _describe(chosen, page_url) if chosen is not None else Description()


def described_by_open_graph(soup: BeautifulSoup) -> Description:
    """Describe a page's article by its OpenGraph and other `meta` elements."""
    meta_tags: dict[str, str] = {}
    for meta in soup.find_all("meta"):
        name = str(meta.get("property") or meta.get("name") or meta.get("itemprop") or "").strip().lower()
        meta_tags.setdefault(name, without_controls(html.unescape(str(meta.get("content") or ""))).strip())
    root = soup.find("html")
    language = str(root.get("lang") or "") if isinstance(root, Tag) else ""
    address = web_address(meta_tags.get("og:image", ""), "")
    return Description(
        title=meta_tags.get("og:title", ""),
        summary=meta_tags.get("og:description", ""),
        published=next((meta_tags[name] for name in _PUBLISHED if meta_tags.get(name)), ""),
        modified=meta_tags.get("article:modified_time")
        or meta_tags.get("og:updated_time")
        or meta_tags.get("datemodified", ""),
        language=language or meta_tags.get("og:locale", "").replace("_", "-"),
        pictures=[PostPicture(address, meta_tags.get("og:image:alt", ""))] if address else (),
    )


def discussion(nodes: Sequence[Node], page_url: str) -> list[Description]:
    """Return the posts of a page's discussion, the opening one first; none when the page describes no discussion."""
    for node in nodes:
        if _types(node) & _DISCUSSION:
            replies = [reply for name in _COMMENTS for reply in _as_list(node.get(name)) if isinstance(reply, Mapping)]
            return [_describe(post, page_url) for post in (node, *replies)]
    return []


def claim_reviews(nodes: Sequence[Node], page_url: str) -> list[ClaimReview]:
    """Return the fact checks of a page that name both a claim and a verdict, each claim once."""
    reviews: dict[str, ClaimReview] = {}
    names = _names_by_id(nodes)
    for node in nodes:
        if "ClaimReview" not in _types(node):
            continue
        claim, verdict = _plain(node.get("claimReviewed")), _verdict(node.get("reviewRating"))
        if claim and verdict:
            review = ClaimReview(
                claim=claim,
                verdict=verdict,
                publisher=_name(node.get("publisher"), names) or _name(node.get("author"), names),
                published=_plain(node.get("datePublished")),
                address=web_address(_plain(node.get("url")), page_url),
                rating=_rating(node.get("reviewRating")),
            )
            reviews.setdefault(review.key, review)
    return list(reviews.values())


def _names_by_id(nodes: Sequence[Node]) -> dict[str, str]:
    """Return the names of what has an `@id`, by which others refer to it."""
    names: dict[str, str] = {}
    waiting: list[Any] = list(nodes)
    for _ in range(_MOST_NODES):
        if not waiting:
            break
        value = waiting.pop()
        if isinstance(value, Mapping):
            identifier, name = value.get("@id"), _plain(value.get("name"))
            if isinstance(identifier, str) and identifier and name:
                names.setdefault(identifier, name)
            waiting.extend(inner for inner in value.values() if isinstance(inner, Mapping | list))
        elif isinstance(value, list):
            waiting.extend(value)
    return names


def _nodes_in(value: Any, depth: int) -> Iterator[Node]:
    if depth > _DEEPEST:
        return
    for node in _as_list(value):
        if not isinstance(node, Mapping):
            continue
        yield node
        for name in _INNER:
            if name in node:
                yield from _nodes_in(node[name], depth + 1)


def _describe(node: Node, page_url: str) -> Description:
    body = _plain(node.get("articleBody")) or _plain(node.get("text"))
    language = node.get("inLanguage")
    return Description(
        text=body,
        title=_plain(node.get("headline")) or _plain(node.get("name")),
        summary=_plain(node.get("description")),
        author=_name(node.get("author")),
        published=_plain(node.get("datePublished")) or _plain(node.get("dateCreated")),
        modified=_plain(node.get("dateModified")),
        language=_plain(language.get("alternateName") if isinstance(language, Mapping) else language),
        address=web_address(_plain(node.get("url")), page_url),
        identifier=_identifier(node, page_url),
    )


def _identifier(node: Node, page_url: str) -> str:
    value = node.get("identifier")
    if isinstance(value, Mapping):
        value = value.get("value")
    # Fragments alone would be the same on every page.
    addresses = (web_address(_plain(node.get(name)), page_url) for name in ("@id", "url"))
    return _plain(value) or next((address for address in addresses if address), "")


def _addresses(node: Node, page_url: str) -> list[str]:
    main = node.get("mainEntityOfPage")
    written = [node.get("url"), node.get("@id"), main.get("@id") if isinstance(main, Mapping) else main]
    found = [web_address(value, page_url) for value in written if isinstance(value, str) and value]
    return [address for address in found if address]


def _verdict(rating: Any) -> str:
    """Return a rating in words; without any, its value and maximum."""
    for each in _as_list(rating):
        if not isinstance(each, Mapping):
            continue
        value, best = _plain(each.get("ratingValue")), _plain(each.get("bestRating"))
        words = _plain(each.get("alternateName")) or _plain(each.get("name"))
        if words or value:
            return words or (f"{value}/{best}" if best else value)
    return ""


def _rating(rating: Any) -> float | None:
    """Return where a rating lies between the ends of its scale, 0 to 1."""
    for each in _as_list(rating):
        if isinstance(each, Mapping):
            try:
                value, best, worst = (float(_plain(each.get(name))) for name in _SCALE)
            except ValueError:
                continue
            if worst < best and worst <= value <= best:
                return (value - worst) / (best - worst)
    return None


def _name(value: Any, names: Mapping[str, str] = {}) -> str:
    """Return the first name of a person or outlet; `names` has those of what is named by its `@id` alone."""
    for each in _as_list(value):
        name = _plain(each.get("name") if isinstance(each, Mapping) else each)
        identifier = each.get("@id") if isinstance(each, Mapping) else None
        name = name or (names.get(identifier, "") if isinstance(identifier, str) else "")
        if name:
            return name
    return ""


def _types(node: Node) -> set[str]:
    return {re.split("[/:]", str(name))[-1].strip() for name in _as_list(node.get("@type"))}


def _plain(value: Any) -> str:
    """Return a value as plain text; numbers become digits, anything else becomes empty."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:g}"
    if not isinstance(value, str):
        return ""
    value = without_controls(whole_text(value))
    # Line breaks stay unless there are tags that say otherwise.
    return to_text(value) if _TAG.search(value) else html.unescape(value).strip()


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
