"""Bodies of a few megabytes in forms that made parsers slow or hungry."""

from collections.abc import Mapping
from dataclasses import dataclass

SIZE = 5_000_000


@dataclass(frozen=True, slots=True)
class Body:
    """A body that repeats something; made when it is asked for, since all together take much memory.

    Args:
        unit: What is repeated; `@` becomes the number of the repetition.
        before: What stands before.
        after: What stands after.
        size: How many bytes are filled.

    """

    unit: bytes
    before: bytes = b""
    after: bytes = b""
    size: int = SIZE

    def make(self, size: int | None = None) -> bytes:
        """Make the body."""
        count = (size or self.size) // (len(self.unit) + 5 * self.unit.count(b"@"))
        if b"@" in self.unit:
            filled = b"".join(self.unit.replace(b"@", b"%d" % number) for number in range(count))
        else:
            filled = self.unit * count
        return self.before + filled + self.after


_ATTRIBUTES = b" ".join(b"a%d=1" % number for number in range(6_000))
_MESSAGE = b'<div class="tgme_widget_message" data-post="kenh_khu_b/@"><div class="js-message_text">Tin</div>'
_POST = (
    b'<article class="message message--post" data-content="post-@"><div class="message-body"><div class="bbWrapper">a'
)
HTML_UNITS: Mapping[str, Body] = {
    "nested <b>": Body(b"<b>"),
    "nested <b> and words": Body(b"<b>a "),
    "nested links": Body(b'<a href="/x">a'),
    "nested links in cells": Body(b'<table><tr><td><a href="/x">a'),
    "nested divs with classes": Body(b'<div class="message-body noi-dung">a'),
    "nested lists": Body(b"<ul><li>a"),
    "nested quotes": Body(b"<blockquote><p>a"),
    "nested fonts and paragraphs": Body(b"<font><p>"),
    "open paragraphs": Body(b"<p>a"),
    "end tags alone": Body(b"</div></p></b>"),
    "attributes": Body(b"a@=1 ", b"<div ", b">a</div>", 500_000),
    "many attributes often": Body(b"<div " + _ATTRIBUTES + b">a"),
    "long attribute": Body(b"a ", b'<div class="', b'">a</div>'),
    "open quote": Body(b"a>", b'<div class="'),
    "open comment": Body(b"<!-- a "),
    "open scripts": Body(b"<script>"),
    "less-than signs": Body(b"<"),
    "ampersands": Body(b"&"),
    "references": Body(b"&#55357;"),
    "spaces": Body(b" ", b"<p>1/1/2026"),
    "line breaks": Body(b"<br>\n"),
    "messages inside messages": Body(_MESSAGE),
    "messages": Body(_MESSAGE + b"</div>"),
    "posts inside posts": Body(_POST),
    "posts": Body(_POST + b"</div></div></article>"),
    "items inside items": Body(b'<li class="postbitlegacy" id="post_@"><div><blockquote class="postcontent">a'),
    "links inside items": Body(b'<article class="tin"><h3><a href="/@">a</a></h3>'),
    "times inside headers": Body(b'<header class="message-attribution"><time datetime="@">'),
    "meta elements": Body(b'<meta property="og:@" content="a">'),
    "metas cut off": Body(b'<meta property="article:published_time" '),
    "canonical links": Body(b'<link rel="canonical" href="/@">'),
    "JSON-LD scripts": Body(b'<script type="application/ld+json">{"@type": "Article"}</script>'),
    "JSON-LD nested": Body(b'{"@graph":[', b'<script type="application/ld+json">', b"</script>"),
    "JSON-LD with comments": Body(b"/* ", b'<script type="application/ld+json">', b"</script>"),
    "bytes of no charset": Body(bytes(range(128, 256))),
}
XML_UNITS: Mapping[str, Body] = {
    "nested elements": Body(b"<a>", b"<rss><channel>"),
    "nested items": Body(b"<item><title>a</title>", b"<rss><channel>"),
    "items": Body(b"<item><guid>@</guid><title>a</title></item>", b"<rss><channel>"),
    "items with odd parts": Body(b"<item><guid>@</guid><title>a</title><b/><c>d</c></item>", b"<rss><channel>"),
    "open titles": Body(b"<item><title>a", b"<rss><channel>"),
    "escaped markup": Body(
        b"&lt;b&gt;a", b"<rss><channel><item><description>", b"</description></item></channel></rss>"
    ),
    "entities": Body(b"&a;", b'<!DOCTYPE a [<!ENTITY a "b">]><rss><channel><item><title>'),
    "open entities": Body(b"<!ENTITY a"),
    "open clocks": Body(b"<pubDate ", b"<rss><channel>"),
    "namespaces": Body(b'xmlns:n@="u@" ', b"<rss ", b"><channel><item/></channel></rss>", 1_000_000),
    "date of spaces": Body(b" ", b"<rss><channel><item><title>a</title><pubDate>1/1/2026", b"x</pubDate></item>"),
    "references to surrogates": Body(b"&#xD800;", b"<rss><channel><item><title>", b"</title></item></channel></rss>"),
    "categories": Body(b"<category>c@</category>", b"<rss><channel><item><title>a</title>"),
    "links": Body(b"<link>/@</link>", b"<rss><channel><item><title>a</title>"),
}
JSON_UNITS: Mapping[str, Body] = {
    "brackets": Body(b"["),
    "objects": Body(b'{"a":'),
    "nested rows": Body(b"[[]],", b"[" * 400),
    "digits": Body(b"9", b"[", b"]"),
    "numbers of 5,000 digits": Body(b"9" * 4999 + b",", b"[", b"1]"),
    "empty rows": Body(b"{},", b"[", b"{}]"),
    "empty feed": Body(b"{},", b'{"version":"https://jsonfeed.org/version/1","items":[', b"{}]}"),
    "strings": Body(b'"",', b"[", b'""]'),
    "open string": Body(b"a", b'["'),
    "escapes": Body(b"\\ud800", b'["', b'"]'),
}
