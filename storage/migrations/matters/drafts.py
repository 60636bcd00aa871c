"""A matter as it will be stored: its events, the posts that belong to it, and what follows from both."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Self

from storage.migrations.matters.rows import Home, Moment, Post, Review

GRIEVANCE, RUMOUR = "grievance", "rumour"

_STATE_OF: Final = {
    "passed": "passed",
    "answered": "answered",
    "followed_up": "followed_up",
    "settled": "settled",
    "reopened": "open",
    "merged": "merged",
}


@dataclass(eq=False, slots=True, kw_only=True)
class Event:
    """One thing that was done about a matter; `number` is set when it is stored."""

    kind: str
    user_id: int
    at: Moment
    note: str = ""
    passed_to: str = ""
    sentence: str | None = None
    topic: str | None = None
    place: str | None = None
    follower_id: int | None = None
    back_at: Moment | None = None
    verdict: str | None = None
    review_id: int | None = None
    other: "Matter | None" = None
    undoes: Self | None = None
    redacted_at: Moment | None = None
    number: int = 0


@dataclass(eq=False, slots=True, kw_only=True)
class Belonging:
    """That a post belongs to a matter, or did until an event."""

    post: Post | None
    dated: Moment
    role: str
    joined_by: Event
    removed_by: Event | None = None
    counted: bool = True


@dataclass(eq=False, slots=True, kw_only=True)
class Matter:
    """A matter.

    Args:
        kind: `rumour` or `grievance`.
        label: The label of its posts.
        opened_by: Who opened it.
        opened_at: When.
        counts_at: The time by which it belongs to a period.
        events: What was done about it; the first opened it.
        came: The posts that were decided, by number, each with the events by which it came, one after the other.
        came_first: The event by which the first of the posts that belong to it came; its copies came with it.
        first_post: The post that opened it; None: the one published first.
        belongings: The posts that belong or belonged to it.
        merged_into: The matter that it was merged into.
        number: Its number; a case keeps its own.

    """

    kind: str
    label: str
    opened_by: int
    opened_at: Moment
    counts_at: Moment
    events: list[Event]
    came_first: Event
    came: dict[int, list[Event]] = field(default_factory=dict)
    first_post: int | None = None
    belongings: list[Belonging] = field(default_factory=list)
    merged_into: "Matter | None" = None
    number: int = 0

    @property
    def opened(self) -> Event:
        """The event that opened it."""
        return self.events[0]

    @property
    def state(self) -> str:
        """The state that follows from its events and posts."""
        state = state_after(self.events)
        stands = state == "merged" or any(each.removed_by is None for each in self.belongings)
        return state if stands else "withdrawn"

    def bring(self, post_id: int, event: Event) -> None:
        """Have a decided post come by an event."""
        events = self.came.setdefault(post_id, [])
        if event not in events:
            events.append(event)

    def weave(self, events: Iterable[Event]) -> None:
        """Add events in their own order, each behind all that are not later than it."""
        place = 1
        for event in events:
            later = (n for n in range(len(self.events), place, -1) if self.events[n - 1].at <= event.at)
            place = next(later, place)
            self.events.insert(place, event)
            place += 1


def state_after(events: list[Event]) -> str:
    """Return the state that some events lead to."""
    undone = {event.undoes for event in events}
    states = (_STATE_OF.get(event.kind) for event in events if event not in undone)
    return next((state for state in reversed(list(states)) if state is not None), "open")


def join_decided(home: Home, matter: Matter, reviews: Iterable[Review]) -> None:
    """Have decided posts come to a matter: each by an event of its decision, those decided together by one event."""
    comings = {event.review_id: event for event in matter.events if event.kind in ("opened", "joined")}
    comings.pop(None, None)
    verdict, events = matter.opened.verdict, []
    for review in reviews:
        event = comings.get(review.id) or comings.get(review.batch)
        if event is None:
            event = Event(kind="joined", user_id=review.user_id, at=review.at, review_id=review.id)
            events.append(event)
        comings[review.id] = event
        matter.bring(home.flags[review.flag_id].post_id, event)
        if matter.kind == RUMOUR and review.decision != verdict:
            verdict = review.decision
            judged = Event(kind="judged", user_id=review.user_id, at=review.at, review_id=review.id, verdict=verdict)
            events.append(judged)
    matter.weave(events)


def include_posts(home: Home, matter: Matter) -> None:
    """Have the decided posts and all their copies belong to a matter; where none is left, one that says nothing."""
    decided = [home.posts[number] for number in matter.came]
    copies = [copy for post in decided for copy in home.copies.get(post.cluster_id or 0, ())]
    found = sorted({*decided, *copies}, key=lambda post: (post.dated, post.id))
    if not found:
        row = Belonging(post=None, dated=matter.counts_at, role="first", joined_by=matter.came_first)
        matter.belongings.append(row)
        return
    first = next((post for post in found if post.id == matter.first_post), found[0])
    feeds: dict[tuple[str, str], int] = {}
    for post in sorted(found, key=lambda post: post is not first):
        feed = feeds.setdefault((post.publisher, post.content_hash), post.source_id)
        role, counted = "first" if post is first else "copy", feed == post.source_id
        events = matter.came.get(post.id) or [matter.came_first]
        for event, left in zip(events, (*events[1:], None), strict=True):
            matter.belongings.append(
                Belonging(post=post, dated=post.dated, role=role, joined_by=event, removed_by=left, counted=counted)
            )


def newest_summary(home: Home, matter: Matter) -> str | None:
    """Return the newest sentence that a reviewer wrote of a flag of the posts that belong or belonged to a matter."""
    posts = {each.post.id for each in matter.belongings if each.post is not None}
    flags = [flag for post_id in posts if (flag := home.summarised.get((post_id, matter.label)))]
    return max(flags).summary if flags else None
