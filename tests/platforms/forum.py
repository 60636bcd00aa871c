"""What sample forums share: threads, and posts that know their place in one."""

from dataclasses import dataclass
from html import escape

from monitor.demo.sites.server import SitePost


@dataclass(frozen=True, slots=True, kw_only=True)
class ForumThread:
    """One thread of a sample forum.

    `board` is the part of the forum that it stands in, as in addresses; `pinned` threads stand first in every list.
    """

    id: int
    title: str
    slug: str = "chu-de"
    board: str = "viec-lam/4"
    prefix: str | None = None
    pinned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ForumPost(SitePost):
    """One post in a thread; its identifier is a number. `markup`, when given, is served in the place of its text."""

    thread: int
    number: int
    markup: str | None = None


def as_paragraphs(text: str) -> str:
    """Write a text as HTML, one paragraph for each."""
    return "".join(f"<p>{escape(part, quote=False)}</p>".replace("\n", "<br>\n") for part in text.split("\n\n"))
