"""The cursor of the web page collector: which pages were read, and whether the rules still match their layout."""

from collections.abc import Mapping, Sequence
from typing import Any

# The cursor is stored with every batch: limits keep it small.
_MOST_PAGES = 600
_MOST_PLACES = 20
_WINDOW = 10  # posts
_FEWEST_JUDGED = 3


class Cursor:
    """The pages that were read with their posts, where threads continue, and recent hits of the rules.

    Args:
        stored: The cursor of the last stored batch.

    Attributes:
        waiting: Whether a list had more items than were read; it is then read even if it has not changed.
        drifts: How many runs in a row found nothing where the rules look.

    """

    def __init__(self, stored: Mapping[str, Any]) -> None:
        self._pages: dict[str, list[str]] = {str(key): list(names) for key, names in stored.get("pages") or ()}
        self._places: dict[str, str] = dict(stored.get("places") or {})
        self._window = str(stored.get("window") or "")
        self.drifts = int(stored.get("drifts") or 0)
        self.waiting = bool(stored.get("waiting"))

    @property
    def has_pages(self) -> bool:
        """Whether any page was read yet."""
        return bool(self._pages)

    @property
    def must_read_all(self) -> bool:
        """Whether pages must be read even if they have not changed."""
        return self.waiting or self.drifts > 0

    def has_page(self, key: str) -> bool:
        """Return whether a page was read."""
        return key in self._pages

    def posts_on(self, key: str) -> tuple[str, ...]:
        """Return the identifiers of the posts on a page; none for an unknown page."""
        return tuple(self._pages.get(key, ()))

    def remember(self, key: str, names: Sequence[str]) -> None:
        """Store a page as the most recently read; the oldest are dropped beyond the limit."""
        self._pages.pop(key, None)
        self._pages[key] = list(names)
        for oldest in list(self._pages)[:-_MOST_PAGES]:
            del self._pages[oldest]

    def forget(self, key: str) -> None:
        """Remove the posts of a page that is gone; the page still counts as read."""
        if key in self._pages:
            self._pages[key] = []

    def mark_rechecked(self, key: str) -> None:
        """Move a page to the end of the order of rechecks."""
        self.remember(key, self._pages[key])

    def pages_with(self, names: frozenset[str]) -> list[str]:
        """Return the pages with any of these posts, the least recently read first."""
        return [key for key, held in self._pages.items() if not names.isdisjoint(held)]

    def next_page_of(self, start: str) -> str:
        """Return the page at which the next run continues a thread."""
        return self._places.get(start, start)

    def set_next_page(self, start: str, url: str) -> None:
        """Set the page at which the next run continues a thread."""
        self._places[start] = url

    def check_layout(self, hits: Sequence[bool], *, nothing_found: bool, same_posts: bool) -> str | None:
        """Return a description of a layout drift, or None, and count the runs in a row that show one.

        Args:
            hits: For each post of this run, whether the rules found its text.
            nothing_found: Whether pages were read and the rules found no item on them.
            same_posts: Whether each run sees the same posts. A run that sees only new posts may see few, and one video
                without text is no drift; few posts are therefore judged together with those before them.

        """
        # Stored as a string of 0 and 1, which JSON keeps short.
        now = "".join("1" if hit else "0" for hit in hits)
        self._window = (self._window + now)[-_WINDOW:]
        judged_by = now if same_posts or len(now) >= _FEWEST_JUDGED else self._window
        misses, judged = judged_by.count("0"), len(judged_by)
        if nothing_found:
            self.drifts += 1
            return "layout drift: the pages show no items where the rules look for them"
        if not hits:
            return None
        if misses * 2 > judged and not all(hits):
            self.drifts += 1
            return f"layout drift: the text of {misses} of the last {judged} posts was not where the rules look for it"
        self.drifts = 0
        return None

    def as_dict(self) -> dict[str, Any]:
        """Return what is stored."""
        return {
            "pages": [[key, names] for key, names in self._pages.items()],
            "places": dict(list(self._places.items())[-_MOST_PLACES:]),
            "window": self._window,
            "drifts": self.drifts,
            "waiting": self.waiting,
        }
