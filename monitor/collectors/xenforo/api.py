"""XenForo 2 as guests see it: the settings of a source, its thread feed, and the parsing of thread pages."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from monitor.collectors.base import Place, PublicPost, SourceView
from monitor.collectors.feed.formats import Document, read_document
from monitor.collectors.http.fetched import GONE_STATUSES, Fetched
from monitor.collectors.http.urls import web_address
from monitor.collectors.parsing.lxml_tree import Classes, Node, ancestors, descendants, has_class, parse_page, words_in
from monitor.collectors.xenforo.post import MESSAGE, body_text, is_message, likes, pictures_of_body, read_time
from monitor.errors import PayloadInvalid, SourceRefused, UsageError

_MAX_PAGES = 20
_PAGES_LIMIT = 200
_LONGEST_PATH = 200
_PREFIXES = ("forums", "threads")
_PREFIX = re.compile(r"(?:index\.php\?)?[\w.~%-]+(?:/[\w.~%-]+)*")
_FORUM = re.compile(r"(?:[^/?#\s]+\.)?[0-9]+")
_PAGE = re.compile(r"/page-([0-9]{1,9})(?![0-9])")
_POST = re.compile(r"post-([0-9]{1,18})")
_FORBIDDEN = 403  # XenForo answers so for a thread that guests may not see, a firewall for all pages
ACCEPTED = GONE_STATUSES | {_FORBIDDEN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Board(Place):
    """The board of a source, and which of its threads are read.

    Settings of a source: `prefixes` names the first parts of addresses where the board changed them (`{forums = "f",
    threads = "t"}`; `index.php?threads` where it has no short addresses); `forum` is one forum as in its address
    (`diem-bao.33`) instead of all; `max_pages` is how many thread pages one reading asks for.
    """

    forums: str
    threads: str
    forum: str
    max_pages: int

    @classmethod
    def from_source(cls, source: SourceView) -> "Board":
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
        return cls(
            base=source.address.rstrip("/"),
            **named,
            forum=forum,
            max_pages=source.number_setting("max_pages", _MAX_PAGES, _PAGES_LIMIT),
        )

    @property
    def feed_url(self) -> str:
        """The address of the feed of the threads last active."""
        return f"{self.base}/{self.forums}/{self.forum or '-'}/index.rss"

    def thread_url(self, path: str, page: int) -> str:
        """Return the address of a page of a thread; the first has no number."""
        return f"{self.base}/{self.threads}/{path}/" + (f"page-{page}" if page > 1 else "")

    def thread_path(self, link: str) -> str | None:
        """Return the thread part of a link, `name.number`; None when it links to no thread.

        Only this part is used, so that a link in the feed cannot direct requests to another host.
        """
        match = re.search(rf"/{re.escape(self.threads)}/((?:[^/?#]+\.)?([0-9]{{1,18}}))(?:[/?#]|$)", link)
        if match is None:
            return None
        return match[1] if len(match[1]) <= _LONGEST_PATH else match[2]


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
    """Return the number at the end of a thread's path."""
    return int(path.rpartition(".")[2])


def read_thread_feed(fetched: Fetched, board: Board) -> Document:
    """Parse the feed of threads.

    Raises:
        SourceRefused: It is a sign-in page.
        PayloadInvalid: It is anything else that is no feed.

    """
    if "html" in fetched.content_type and _template(parse_page(fetched.text())) == "login":
        raise _members_only(board)
    return read_document(fetched)


def read_thread(fetched: Fetched, board: Board) -> ThreadPage | None:
    """Parse a thread page; None when the thread is gone or no longer visible to guests.

    Raises:
        SourceRefused: When the board is for members only or refuses programs.
        PayloadInvalid: When it is no page of a XenForo board.

    """
    if fetched.status in GONE_STATUSES:
        return None
    root = parse_page(fetched.text())
    if _template(root) == "login":
        raise _members_only(board)
    classes, is_xenforo = Classes(root.iter()), root.get("id") == "XF"
    # Only XenForo's own error page concerns this thread alone; any other 403 is a refusal of the whole board.
    if fetched.status == _FORBIDDEN:
        if is_xenforo and classes.all("blockMessage--error"):
            return None
        raise SourceRefused(f"{fetched.final_url} answers 403: the board does not want this to be read by programs")
    messages = [each for each in classes.all(MESSAGE) if each.get("data-content", "").startswith("post-")]
    if not messages and not is_xenforo:
        raise PayloadInvalid(f"{fetched.final_url} holds no posts that can be recognised: is it a XenForo 2 board?")
    number = _page_number(classes, fetched)
    last = max([number, *_numbers(classes.all("pageNav-page"))])
    title = _title(classes)
    # Boards without post numbers: the first message of the first page opens the thread.
    opening = messages[0] if messages and number == 1 else None
    parsed = (_message(message, board, title, fetched, is_first=message is opening) for message in messages)
    return ThreadPage(
        fetched=fetched,
        path=board.thread_path(fetched.final_url),
        number=number,
        last=last,
        more=number < last or any(each.tag == "a" for each in classes.all("pageNav-jump--next")),
        messages=[message for message in parsed if message is not None],
    )


def _message(element: Node, board: Board, title: str | None, fetched: Fetched, *, is_first: bool) -> Message | None:
    named = _POST.fullmatch(element.get("data-content"))
    if named is None:
        return None
    number, now = int(named[1]), fetched.fetched_at
    # Where a theme leaves an element open, the messages that follow lie inside this one.
    own = descendants(element, without=is_message)
    classes = Classes(own)
    links = [each for each in own if each.tag == "a" and each.get("href") is not None]
    counted = _numbers(each for each in links if _lies_in(element, each, "message-attribution-opposite"))
    is_opening = 1 in counted if counted else is_first
    if has_class(element, "message--deleted"):
        return Message(number=number, is_opening=is_opening, post=None, gone=True)
    body = _inside(element, classes.all("bbWrapper"), "message-body")
    base = board.base + "/"
    text = body_text(body, base, is_opening=is_opening) if body is not None else ""
    pictures = pictures_of_body(body, base) if body is not None else []
    if not text and not pictures:
        return Message(number=number, is_opening=is_opening, post=None)
    times = [each for each in own if each.tag == "time"]
    dated = read_time(_inside(element, times, "message-attribution", "header"), now)
    edited = _inside(element, times, "message-lastEdit")
    bars = (each for each in classes.all("reactionsBar-link") if each.tag == "a")
    post = PublicPost(
        external_id=named[0],
        text=text,
        url=_permalink(element, links, number, base) or f"{fetched.final_url.partition('#')[0]}#{named[0]}",
        author=_author(element, classes, board),
        title=title if is_opening else None,
        context=None if is_opening else title,
        **dated.of_post,
        edited_at=read_time(edited, now).moment,
        engagement=likes(next(bars, None)),
        pictures=pictures,
    )
    return Message(number=number, is_opening=is_opening, post=post)


def _permalink(message: Node, links: Sequence[Node], number: int, base: str) -> str | None:
    """Return a message's address: the link around its time, or another that names it."""
    around_time = (each for each in links if _lies_in(message, each, "message-attribution-main"))
    naming = (each for each in links if re.search(rf"\bpost(?:s/|-){number}(?!\d)", each.get("href")))
    link = next((each.get("href") for each in chain(around_time, naming)), None)
    return web_address(link, base) if link is not None else None


def _author(element: Node, classes: Classes, board: Board) -> str | None:
    """Return the author of a message: the account number, which survives a rename; the name of a guest."""
    accounts = (each for each in classes.all("username") if each.get("data-user-id") is not None)
    account = _inside(element, accounts, "message-name")
    number = account.get("data-user-id") if account is not None else ""
    name = number if number not in ("", "0") else element.get("data-author") or words_in(account)
    return f"{name}@{board.host}" if name else None


def _lies_in(message: Node, element: Node, name: str) -> bool:
    """Return whether an element is of a class, as in XenForo 2.0, or lies in one, as in later versions."""
    return has_class(element, name) or _inside(message, [element], name) is not None


def _inside(message: Node, elements: Iterable[Node], name: str, tag: str | None = None) -> Node | None:
    """Return the first element that lies in one of a class or tag within a message."""
    for element in elements:
        if any(has_class(above, name) or above.tag == tag for above in ancestors(element, message)):
            return element
    return None


def _title(classes: Classes) -> str | None:
    """Return a thread's title without the prefix label."""
    heading = next((each for each in classes.all("p-title-value") if each.tag == "h1"), None)
    labels = ("labelLink", "label", "label-append")
    return words_in(heading, without=lambda element: any(has_class(element, name) for name in labels)) or None


def _page_number(classes: Classes, fetched: Fetched) -> int:
    current = _numbers(classes.all("pageNav-page--current"))
    in_address = _PAGE.search(fetched.final_url)
    return current[0] if current else int(in_address[1]) if in_address else 1


def _numbers(elements: Iterable[Node]) -> list[int]:
    """Read numbers such as `7`, `#1,208` or `1.208`."""
    digits = (re.sub(r"[\s.,#]", "", "".join(element.itertext())) for element in elements)
    return [int(each) for each in digits if re.fullmatch(r"[0-9]{1,9}", each)]


def _template(root: Node) -> str:
    return root.get("data-template") or ""


def _members_only(board: Board) -> SourceRefused:
    return SourceRefused(f"{board.host} shows its threads to members only: ask its operators, or remove the source")
