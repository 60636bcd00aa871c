"""The cursor of the XenForo collector: threads, how far each was read, and on which pages their posts stand."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from monitor.collectors.xenforo.api import ThreadPage, thread_number

# The cursor is stored with every batch: limits keep it to a few kilobytes.
_MOST_THREADS = 300
_MOST_PAGES = 60
_MOST_WINDOW = 200


@dataclass(slots=True)
class Thread:
    """How far one thread was read.

    Args:
        path: Its part of the address, `name.number`.
        mark: Its reply count and time in the feed; a changed mark means that there are new posts.
        post: The highest post number that was read.
        page: The page at which to continue.
        ahead: Whether `page` lies beyond what was read, so that it need not show a known post.
        waiting: Whether it is to be read.

    """

    path: str
    mark: str
    post: int = 0
    page: int = 1
    ahead: bool = True
    waiting: bool = True


class Cursor:
    """Threads, the least recently active first, and pages with posts, the least recently read first.

    Args:
        feed_url: The source's feed; a cursor of another feed is not used.
        stored: The cursor of the last stored batch.

    """

    def __init__(self, feed_url: str, stored: Mapping[str, Any]) -> None:
        kept = stored if stored.get("feed") == feed_url else {}
        self._feed_url = feed_url
        self._window: list[int] = list(kept.get("window", ()))
        self._threads = {thread_number(row[0]): Thread(*row) for row in kept.get("threads", ())}
        self._pages: dict[tuple[int, int], list[int]] = {(row[0], row[1]): row[2] for row in kept.get("pages", ())}

    def as_dict(self) -> dict[str, Any]:
        """Return what is stored, with a bounded number of rows."""
        return {
            "feed": self._feed_url,
            "window": self._window[:_MOST_WINDOW],
            "threads": [
                [each.path, each.mark, each.post, each.page, each.ahead, each.waiting]
                for each in self._threads.values()
            ],
            "pages": [[*place, numbers] for place, numbers in list(self._pages.items())[-_MOST_PAGES:]],
        }

    def update_from_feed(self, listed: Sequence[tuple[str, str]]) -> str | None:
        """Update the threads from the feed, whose most recently active thread comes first.

        Returns:
            A description of what may have been missed; None when nothing was.

        """
        numbers = [thread_number(path) for path, _ in listed]
        overrun = self._overran(listed, numbers)
        for path, mark in reversed(listed):
            self._update_thread(path, mark)
        self._window = numbers
        given_up = self._forget_surplus()
        if given_up:
            return f"{given_up} threads were given up, too many waited: read this source more often, raise `max_pages`"
        return "the feed moved past all it showed before, threads may have been missed" if overrun else None

    def waiting(self) -> list[Thread]:
        """Return the threads to read, the least recently active first."""
        return [thread for thread in self._threads.values() if thread.waiting]

    def update_page(self, thread: Thread, page: ThreadPage) -> None:
        """Store which posts a page shows; those that it no longer shows are expected on the page beside it."""
        number = thread_number(thread.path)
        strayed = set(self._pages.pop((number, page.number), ())).difference(page.shown)
        self.forget_posts(thread, page.shown)
        if page.shown:
            self._pages[number, page.number] = list(page.shown)
        # Deletions and restored posts shift the others by a page, forward or back.
        for post in sorted(strayed):
            beside = page.number - 1 if post < page.first else page.number + 1
            self._pages.setdefault((number, beside), []).append(post)

    def forget_posts(self, thread: Thread, posts: Collection[int]) -> None:
        """Remove posts from their pages."""
        number = thread_number(thread.path)
        for place in [place for place in self._pages if place[0] == number]:
            kept = [post for post in self._pages[place] if post not in posts]
            if kept:
                self._pages[place] = kept
            else:
                del self._pages[place]

    def forget_thread(self, thread: Thread) -> None:
        """Remove a thread and its posts."""
        number = thread_number(thread.path)
        self._threads.pop(number, None)
        self._pages = {place: numbers for place, numbers in self._pages.items() if place[0] != number}

    def posts_of(self, thread: Thread) -> list[int]:
        """Return the numbers of a thread's posts whose page is known."""
        number = thread_number(thread.path)
        return [post for place, numbers in self._pages.items() if place[0] == number for post in numbers]

    def places_of(self, posts: set[int]) -> list[tuple[Thread, int, set[int]]]:
        """Return the pages with any of these posts, and which; the least recently read first."""
        return [
            (self._threads[number], page, posts.intersection(numbers))
            for (number, page), numbers in self._pages.items()
            if number in self._threads and not posts.isdisjoint(numbers)
        ]

    def _overran(self, listed: Sequence[tuple[str, str]], numbers: Collection[int]) -> bool:
        """Return whether threads may have been missed. An unchanged pinned thread at the top proves nothing."""
        if not listed or not any(number not in numbers for number in self._window):
            return False
        path, mark = listed[-1]
        known = self._threads.get(thread_number(path))
        return known is None or known.mark != mark

    def _update_thread(self, path: str, mark: str) -> None:
        number = thread_number(path)
        known = self._threads.get(number)
        if known is None:
            self._threads[number] = Thread(path, mark)
            return
        known.path = path
        if known.mark == mark:
            return
        known.mark = mark
        if not known.waiting:
            known.waiting = True
            self._threads[number] = self._threads.pop(number)

    def _forget_surplus(self) -> int:
        """Drop threads beyond the limit; returns how many of them were still waiting."""
        surplus = len(self._threads) - _MOST_THREADS
        if surplus <= 0:
            return 0
        listed = set(self._window)
        order = sorted(self._threads.values(), key=lambda each: (each.waiting, thread_number(each.path) in listed))
        for thread in order[:surplus]:
            self.forget_thread(thread)
        return sum(thread.waiting for thread in order[:surplus])
