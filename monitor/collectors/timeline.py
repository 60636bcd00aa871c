"""Timelines: pages of posts, newest first. One way back to what is known, and one to look at known posts again.

A reading begins at the newest page and goes back until it meets what the last one saw. The place in the cursor moves
only with the last page of that way, so that a reading that is stopped is done again from the top; a post that comes
twice is stored once.
"""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from monitor.collectors.base import NOT_LOOKED_AT, UNREADABLE, Batch, PublicPost
from monitor.collectors.http.fetched import Fetched
from monitor.errors import PayloadInvalid

_MOST_LOOKS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row of a page.

    Args:
        id: By which the platform knows it.
        place: Where it stands in its timeline: a number, a time, or what else sorts from old to new. None for a row
            that says nothing of the others, as one that is pinned to the top.
        post: What is kept of it.
        reason: Why it is left out, if it is.
        gone: Whether it was taken away.
        answers: What is said of the answers to it, by which a collector knows whether to ask for them.

    """

    id: str
    place: Any = None
    post: PublicPost | None = None
    reason: str = ""
    gone: bool = False
    answers: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a timeline.

    Args:
        fetched: The answer.
        entries: Its rows, newest first.
        malformed: How many more there were of which not even the identifier could be read.
        next: What asks for the next older page, where posts have numbers the newest it may show; None at the end.

    """

    fetched: Fetched
    entries: Sequence[Entry]
    malformed: int = 0
    next: Any = None

    @property
    def posts(self) -> list[PublicPost]:
        """What is kept of it, oldest first."""
        return [entry.post for entry in reversed(self.entries) if entry.post]

    @property
    def places(self) -> list[Any]:
        """Where its rows stand. A time that has not come yet would make every later page look known."""
        places = [entry.place for entry in self.entries if entry.place is not None]
        return [min(place, self.fetched.fetched_at) if isinstance(place, datetime) else place for place in places]

    def reaches(self, known: Any) -> bool:
        """Return whether this page ends below what is known; its top does not tell, where old rows may be pinned."""
        # Where posts have numbers, the next one says where a page ends on which all were taken away.
        end = self.next if isinstance(self.next, int) else next(reversed(self.places), None)
        return end is not None and end < known

    def skipped(self, known: Any) -> Counter[str]:
        """Count what was left out and is newer than what is known: the rest was counted when it was new."""
        reasons = (
            entry.reason
            for entry in self.entries
            if entry.reason and (known is None or entry.place is None or entry.place > known)
        )
        return Counter(reasons) + Counter(malformed=self.malformed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One page on the way back.

    Args:
        page: The page.
        newest: The newest place that this reading saw.
        finished: Whether the way ends here.
        cut: Whether it ends before what is known and before the end of the timeline.
        gap: What is known to be missed.
        skipped: What was left out.

    """

    page: Page
    newest: Any
    finished: bool
    cut: bool = False
    gap: str | None = None
    skipped: Counter[str] = field(default_factory=Counter)

    def batch(self, cursor: Mapping[str, Any], gap: str | None = None) -> Batch:
        """Make the batch of this page; the cursor is stored with the last one."""
        return Batch(
            fetched=self.page.fetched,
            posts=self.page.posts,
            gone=[entry.id for entry in self.page.entries if entry.gone],
            skipped=self.skipped,
            cursor=cursor if self.finished else None,
            gap=self.gap or gap,
        )


async def read_back(
    ask: Callable[[Any], Awaitable[Page]], known: Any, *, most: int, may_skip: bool, what: str = "posts"
) -> AsyncIterator[Step]:
    """Read from the newest page back to what is known.

    Args:
        ask: Reads the page that `Page.next` of the one before it asks for, or with None the newest.
        known: The newest place that the last reading saw; None at the first one.
        most: How many pages this reading may ask for.
        may_skip: Whether a page behind the first one that cannot be read ends the way, instead of the reading.
        what: What is read, for messages.

    Raises:
        PayloadInvalid: When a page cannot be read.

    """
    places: list[Any] = []
    token, page = None, None
    for number in range(1, most + 1):
        try:
            page = await ask(token)
        except PayloadInvalid:
            if page is None or not may_skip:
                raise
            yield Step(
                page=replace(page, entries=(), malformed=0),
                newest=max(places, default=known),
                finished=True,
                cut=True,
                gap=f"{what} older than the last page that could be read were left out",
                skipped=Counter({UNREADABLE: 1}),
            )
            return
        places += page.places
        reached = known is not None and page.reaches(known)
        ended = page.next is None
        finished = reached or ended or page.next == token or number == most
        cut = finished and not reached and not ended
        gap = f"{what} older than this reading's last page and newer than the known ones were missed"
        yield Step(
            page=page,
            # Also where that lies below what is known, for what is known may be a place that no row reaches again.
            newest=max(places, default=known),
            finished=finished,
            cut=cut,
            gap=f"{gap}: read this source more often" if cut and known is not None else None,
            skipped=page.skipped(known),
        )
        if finished:
            return
        token = page.next


async def look_again(
    waiting: Collection[int],
    ask: Callable[[int], Awaitable[Page]],
    single: Callable[[int], Awaitable[Entry]],
    last: Fetched | None = None,
) -> AsyncIterator[Batch]:
    """Read numbered posts again, each page for as many of them as stand on it; one missing there is asked for itself.

    Args:
        waiting: The numbers.
        ask: Reads the page whose newest post has this number, or the next lower one.
        single: Reads one post; one that is `gone` was removed, for absence from a page does not prove it.
        last: The answer before, of which a page that cannot be read is told.

    Raises:
        PayloadInvalid: When the first page cannot be read, and there was no answer before.

    """
    left = sorted(waiting, reverse=True)
    for _ in range(_MOST_LOOKS):
        if not left:
            return
        try:
            page = await ask(left[0])
        except PayloadInvalid:
            if last is None:
                raise
            yield Batch(fetched=last, skipped=Counter({NOT_LOOKED_AT: 1}))
            left = left[1:]
            continue
        last = page.fetched
        shown = {entry.place: entry for entry in page.entries}
        lowest = min(left[0], page.next + 1) if page.next is not None else 0
        entries = [shown.get(number) or await single(number) for number in left if number >= lowest]
        yield Batch(
            fetched=page.fetched,
            posts=[entry.post for entry in reversed(entries) if entry.post],
            gone=[entry.id for entry in entries if entry.gone],
            skipped=Counter(entry.reason for entry in entries if entry.reason and entry.place not in shown),
        )
        left = left[len(entries) :]
