"""How far the pages of a source were read, and whether its rules still fit them."""

from collections.abc import Mapping, Sequence
from typing import Any

_MOST_PAGES = 600
_MOST_PLACES = 20
_WINDOW = 10
_FEWEST_JUDGED = 3


class Bookmark:
    """What is remembered from one reading to the next.

    Args:
        cursor: As it was stored.

    Attributes:
        waiting: Whether a list showed more than was read; it is then to be read even if it has not changed.
        drifts: How many readings in a row found nothing where the rules say.

    """

    def __init__(self, cursor: Mapping[str, Any]) -> None:
        self._pages: dict[str, list[str]] = {str(key): list(names) for key, names in cursor.get("pages") or ()}
        self._places: dict[str, str] = dict(cursor.get("places") or {})
        self._window = str(cursor.get("window") or "")
        self.drifts = int(cursor.get("drifts") or 0)
        self.waiting = bool(cursor.get("waiting"))

    @property
    def has_pages(self) -> bool:
        """Whether any page was read yet."""
        return bool(self._pages)

    @property
    def must_read_all(self) -> bool:
        """Whether an unchanged page is to be read all the same."""
        return self.waiting or self.drifts > 0

    def knows(self, key: str) -> bool:
        """Say whether a page was read."""
        return key in self._pages

    def names_on(self, key: str) -> tuple[str, ...]:
        """Give the names of the posts on a page; none for an unknown page."""
        return tuple(self._pages.get(key, ()))

    def remember(self, key: str, names: Sequence[str]) -> None:
        """Note a page as the newest that was read; the oldest leave when there are too many."""
        self._pages.pop(key, None)
        self._pages[key] = list(names)
        for oldest in list(self._pages)[:-_MOST_PAGES]:
            del self._pages[oldest]

    def forget(self, key: str) -> None:
        """Keep of a page that is gone only that it was read."""
        if key in self._pages:
            self._pages[key] = []

    def looked_at(self, key: str) -> None:
        """Put a page to the end of those to be looked at again."""
        self.remember(key, self._pages[key])

    def pages_with(self, names: frozenset[str]) -> list[str]:
        """Give the pages that hold any of these posts, those first that were not looked at for longest."""
        return [key for key, held in self._pages.items() if not names.isdisjoint(held)]

    def place_in(self, start: str) -> str:
        """Give the page at which a thread goes on."""
        return self._places.get(start, start)

    def go_on_at(self, start: str, url: str) -> None:
        """Note the page at which a thread goes on."""
        self._places[start] = url

    def judge(self, hits: Sequence[bool], *, nothing_found: bool, same_posts: bool) -> str | None:
        """Say what is wrong with the layout, if anything; counts readings in a row with which something is.

        Args:
            hits: For each post of this reading, whether its text was found where the rules say.
            nothing_found: Whether there were pages but not one item on them.
            same_posts: Whether each reading sees the same posts. Where it sees only new ones, one or two of them say
                little: a film without text is no other layout. They are judged together with those before them.

        """
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

    def as_cursor(self) -> dict[str, Any]:
        """Give what is to be stored."""
        return {
            "pages": [[key, names] for key, names in self._pages.items()],
            "places": dict(list(self._places.items())[-_MOST_PLACES:]),
            "window": self._window,
            "drifts": self.drifts,
            "waiting": self.waiting,
        }
