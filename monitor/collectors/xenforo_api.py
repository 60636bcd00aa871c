"""What a XenForo 2 board shows to guests, read at the edge: a source's settings, its feed of threads, thread pages."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag

from monitor.collectors.addresses import web_address
from monitor.collectors.base import PublicPost, SourceView
from monitor.collectors.forum_markup import words_of
from monitor.collectors.http import Fetched
from monitor.collectors.xenforo_post import body_text, likes, read_time
from monitor.errors import PayloadInvalid, SourceRefused, UsageError

_MAX_PAGES = 20
_PAGES_LIMIT = 200
_LONGEST_PATH = 200
_PREFIXES = ("forums", "threads")
_PREFIX = re.compile(r"(?:index\.php\?)?[\w.~%-]+(?:/[\w.~%-]+)*")
_FORUM = re.compile(r"(?:[^/?#\s]+\.)?[0-9]+")
_PAGE = re.compile(r"/page-([0-9]{1,9})(?![0-9])")
_POST = re.compile(r"post-([0-9]{1,18})")
_FORBIDDEN = 403
_NO_LONGER_THERE = frozenset({404, 410})
ACCEPTED = _NO_LONGER_THERE | {_FORBIDDEN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Which threads of which board a source reads.

    Settings of a source: `prefixes` names the first parts of addresses where the board changed them (`{forums = "f",
    threads = "t"}`; `index.php?threads` where it has no short addresses); `forum` is one forum as in its address
    (`diem-bao.33`) instead of all; `max_pages` is how many thread pages one reading asks for.
    """

    base: str
    forums: str
    threads: str
    forum: str
    max_pages: int

    @classmethod
    def of(cls, source: SourceView) -> "Board":
        """Read a source's settings.

        Raises:
            UsageError: When they are not as described.

        """
        prefixes = source.settings.get("prefixes", {})
        if not isinstance(prefixes, Mapping) or not set(prefixes) <= set(_PREFIXES):
            raise UsageError(f'source {source.name}: `prefixes` must be as {{forums = "forums", threads = "threads"}}')
        named = {name: str(prefixes.get(name, name)).strip("/") for name in _PREFIXES}
        for name, value in named.items():
            if not _PREFIX.fullmatch(value):
                raise UsageError(f"source {source.name}: prefix `{name}` must be a part of an address: not {value!r}")
        forum = str(source.settings.get("forum", "")).strip().strip("/")
        if forum and not _FORUM.fullmatch(forum):
            raise UsageError(
                f"source {source.name}: `forum` must be as in its address, name.number without a slash: not {forum!r}"
            )
        pages = source.settings.get("max_pages", _MAX_PAGES)
        if isinstance(pages, bool) or not isinstance(pages, int) or not 1 <= pages <= _PAGES_LIMIT:
            raise UsageError(f"source {source.name}: `max_pages` must be a number from 1 to {_PAGES_LIMIT}")
        return cls(base=source.address.rstrip("/"), **named, forum=forum, max_pages=pages)

    @property
    def host(self) -> str:
        """The server's name."""
        return urlsplit(self.base).hostname or ""

    @property
    def feed_url(self) -> str:
        """The address of the feed of the threads last active."""
        return f"{self.base}/{self.forums}/{self.forum or '-'}/index.rss"

    def thread_url(self, path: str, page: int) -> str:
        """Give the address of a page of a thread; the first has no number."""
        return f"{self.base}/{self.threads}/{path}/" + (f"page-{page}" if page > 1 else "")

    def thread_path(self, link: str) -> str | None:
        """Take from a link what names its thread, `name.number`; None when it leads to none.

        Only that part is taken: requests go where the source says, nowhere else.
        """
        found = re.search(rf"/{re.escape(self.threads)}/((?:[^/?#]+\.)?([0-9]{{1,18}}))(?:[/?#]|$)", link)
        if found is None:
            return None
        return found[1] if len(found[1]) <= _LONGEST_PATH else found[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a thread page. `post` is None when it is gone (`gone`) or has no words of its own."""

    number: int
    is_opening: bool
    post: PublicPost | None
    gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadPage:
    """One page of a thread, oldest message first. `path` names the thread that answered."""

    fetched: Fetched
    path: str | None
    number: int
    last: int
    more: bool
    messages: Sequence[Message]

    @property
    def shown(self) -> Sequence[int]:
        """The numbers of the messages that are there."""
        return [message.number for message in self.messages if not message.gone]

    @property
    def first(self) -> int:
        """The lowest number on it; an opening message that a board repeats on later pages does not count."""
        own = [message.number for message in self.messages if self.number == 1 or not message.is_opening]
        return min(own, default=0)


def thread_number(path: str) -> int:
    """Give the number at the end of what names a thread."""
    return int(path.rpartition(".")[2])


def refuse_sign_in(fetched: Fetched, board: Board) -> None:
    """Insist that an answer is no page to sign in.

    Raises:
        SourceRefused: When it is one.

    """
    if "html" in fetched.content_type and _template(BeautifulSoup(fetched.text(), "lxml")) == "login":
        raise _members_only(board)


def read_thread(fetched: Fetched, board: Board) -> ThreadPage | None:
    """Read a page of a thread; None when the thread is gone or no longer for guests.

    Raises:
        SourceRefused: When the board is for members only or refuses programs.
        PayloadInvalid: When it is no page of a XenForo board.

    """
    if fetched.status in _NO_LONGER_THERE:
        return None
    soup = BeautifulSoup(fetched.text(), "lxml")
    if _template(soup) == "login":
        raise _members_only(board)
    if fetched.status == _FORBIDDEN:
        if soup.select_one("html#XF .blockMessage--error") is not None:
            return None
        raise SourceRefused(f"{fetched.final_url} answers 403: the board does not want this to be read by programs")
    messages = soup.select(".message--post[data-content^=post-]")
    if not messages and soup.select_one("html#XF") is None:
        raise PayloadInvalid(f"{fetched.final_url} holds no posts that can be recognised: is it a XenForo 2 board?")
    number = _page_number(soup, fetched)
    last = max([number, *_numbers(soup, ".pageNav-page")])
    title = _title(soup)
    opening = messages[0] if messages and number == 1 else None
    found = (_message(message, board, title, is_first=message is opening) for message in messages)
    return ThreadPage(
        fetched=fetched,
        path=board.thread_path(fetched.final_url),
        number=number,
        last=last,
        more=number < last or soup.select_one("a.pageNav-jump--next") is not None,
        messages=[message for message in found if message is not None],
    )


def _message(element: Tag, board: Board, title: str | None, *, is_first: bool) -> Message | None:
    named = _POST.fullmatch(_attribute(element, "data-content"))
    if named is None:
        return None
    number = int(named[1])
    counted = _numbers(element, ".message-attribution-opposite a")
    is_opening = 1 in counted if counted else is_first
    if "message--deleted" in (element.get("class") or []):
        return Message(number=number, is_opening=is_opening, post=None, gone=True)
    body = element.select_one(".message-body .bbWrapper")
    base = board.base + "/"
    text = body_text(body, base, is_opening=is_opening) if body is not None else ""
    if not text:
        return Message(number=number, is_opening=is_opening, post=None)
    published_at, raw = read_time(element.select_one(".message-attribution time, header time"))
    link = element.select_one(".message-attribution-main a[href]")
    edited_at, _ = read_time(element.select_one(".message-lastEdit time"))
    post = PublicPost(
        external_id=named[0],
        text=text,
        url=web_address(_attribute(link, "href"), base) if link is not None else None,
        author=_author(element, board),
        title=title if is_opening else None,
        context=None if is_opening else title,
        published_at=published_at,
        published_raw=raw,
        edited_at=edited_at,
        engagement=likes(element.select_one("a.reactionsBar-link")),
    )
    return Message(number=number, is_opening=is_opening, post=post)


def _author(element: Tag, board: Board) -> str | None:
    """Name who wrote a message: by number, which outlives a change of name, and by name who has no account."""
    account = element.select_one(".message-name .username[data-user-id]")
    number = _attribute(account, "data-user-id") if account is not None else ""
    name = number if number not in ("", "0") else _attribute(element, "data-author") or words_of(account)
    return f"{name}@{board.host}" if name else None


def _title(soup: BeautifulSoup) -> str | None:
    """Give a thread's title without the label that a board puts before it."""
    heading = soup.select_one("h1.p-title-value")
    if heading is None:
        return None
    labels = heading.select(".labelLink, .label, .label-append")
    kept = [str(text) for text in heading.find_all(string=True) if not any(label in text.parents for label in labels)]
    return " ".join("".join(kept).split()) or None


def _page_number(soup: BeautifulSoup, fetched: Fetched) -> int:
    current = _numbers(soup, ".pageNav-page--current")
    in_address = _PAGE.search(fetched.final_url)
    return current[0] if current else int(in_address[1]) if in_address else 1


def _numbers(element: Tag, selector: str) -> list[int]:
    """Read numbers such as `7`, `#1,208` or `1.208`."""
    digits = (re.sub(r"[\s.,#]", "", found.get_text()) for found in element.select(selector))
    return [int(each) for each in digits if re.fullmatch(r"[0-9]{1,9}", each)]


def _template(soup: BeautifulSoup) -> str:
    root = soup.select_one("html")
    return _attribute(root, "data-template") if root is not None else ""


def _members_only(board: Board) -> SourceRefused:
    return SourceRefused(f"{board.host} shows its threads to members only: ask its operators, or remove the source")


def _attribute(element: Tag, name: str) -> str:
    value: Any = element.get(name)
    return value if isinstance(value, str) else ""
