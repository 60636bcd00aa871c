"""Grievances: each case becomes one, and those that hold copies of one post are merged into the first."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from storage.migrations.matters.drafts import (
    GRIEVANCE,
    Belonging,
    Event,
    Matter,
    include_posts,
    join_decided,
    newest_summary,
    state_after,
)
from storage.migrations.matters.rows import CONCERN, Case, Home, Review

_MOVES: Final = ("opened", "joined", "split", "undone")


def grievances_of(home: Home) -> list[Matter]:
    """Make the grievances, in the order of their numbers, which are those of the cases."""
    decisions = _decisions(home)
    found = [_grievance(home, case, decisions[case.id]) for case in home.cases]
    for first, *later in _sharing_copies(home, found):
        _merge(home, first, later)
    for case, matter in zip(home.cases, found, strict=True):
        if case.state != "withdrawn" and matter.merged_into is None:
            include_posts(home, matter)
        matter.opened.sentence = matter.opened.sentence or newest_summary(home, matter)
    return found


def _decisions(home: Home) -> dict[int, list[Review]]:
    """Return the decisions by which posts belong to each case: those of flags whose newest one names it."""
    newest: dict[int, Review] = {}
    for review in home.reviews:
        before = newest.get(review.flag_id)
        if before is None or review.revision_number >= before.revision_number:
            newest[review.flag_id] = review
    found: dict[int, list[Review]] = defaultdict(list)
    for review in home.reviews:
        if review.case_id is not None and newest[review.flag_id].case_id == review.case_id:
            found[review.case_id].append(review)
    return found


def _grievance(home: Home, case: Case, decisions: list[Review]) -> Matter:
    """Make the grievance of a case, with the posts that were decided, and without their copies."""
    flag = home.flags.get(case.flag_id or 0)
    post = home.posts[flag.post_id] if flag else None
    events = _events(home, case, decisions)
    matter = Matter(
        kind=GRIEVANCE,
        label=CONCERN,
        opened_by=case.opened_by,
        opened_at=case.opened_at,
        counts_at=post.dated if post else case.opened_at,
        events=events,
        came_first=[event for event in events if event.kind in ("opened", "joined")][-1],
        first_post=post.id if post else None,
        number=case.id,
    )
    if case.state == "withdrawn":
        leaving = [event for event in events if event.kind in ("split", "undone")]
        if post is not None and leaving:
            row = Belonging(
                post=post, dated=post.dated, role="first", joined_by=matter.came_first, removed_by=leaving[-1]
            )
            matter.belongings.append(row)
        return matter
    join_decided(home, matter, decisions)
    if decisions:
        matter.came_first = matter.came[home.flags[decisions[0].flag_id].post_id][0]
    elif post is not None:
        matter.bring(post.id, matter.came_first)
    return matter


def _events(home: Home, case: Case, decisions: list[Review]) -> list[Event]:
    """Make the events of a case; decisions that withdrew it or restored it are those that moved its posts."""
    found: list[Event] = []
    came = left = None
    for stored in home.case_events[case.id]:
        event = Event(**{name: value for name, value in stored._asdict().items() if name != "case_id"})
        took_back = home.decisions.get(stored.review_id or 0) == "withdrawn"
        if stored.kind == "withdrawn":
            event.kind, event.undoes = ("undone", came) if took_back else ("split", None)
            left = event
        elif stored.kind == "restored" and took_back and left is not None and left.kind == "split":
            event.kind, event.undoes = "undone", left
        elif stored.kind in ("opened", "restored"):
            event.kind = "joined" if stored.kind == "restored" else stored.kind
            came = event
        found.append(event)
    found = found or [_opened(case, decisions)]
    found[0].sentence = case.summary or None
    if case.state not in ("withdrawn", state_after(found)):
        kind = "reopened" if case.state == "open" else case.state
        found.append(Event(kind=kind, user_id=case.opened_by, at=case.changed_at))
    return found


def _opened(case: Case, decisions: list[Review]) -> Event:
    """Make the first event of a case whose row was written without any, as those of the benchmarks were."""
    said = {name: getattr(case, name) for name in ("topic", "place", "follower_id", "back_at")}
    review_id = decisions[0].id if decisions else None
    return Event(kind="opened", user_id=case.opened_by, at=case.opened_at, review_id=review_id, **said)


def _sharing_copies(home: Home, matters: Iterable[Matter]) -> list[list[Matter]]:
    """Group the matters that hold copies of one post, the one that was opened first standing first."""
    groups: dict[tuple[bool, int], list[Matter]] = {}
    for matter in sorted(matters, key=lambda each: (each.opened_at, each.number)):
        shared = {home.posts[number].group for number in matter.came}
        together = {id(groups[each]): groups[each] for each in shared if each in groups}
        group = [*(each for earlier in together.values() for each in earlier), matter]
        group.sort(key=lambda each: (each.opened_at, each.number))
        for member in group:
            groups.update({home.posts[number].group: group for number in member.came})
    return list({id(group): group for group in groups.values()}.values())


def _merge(home: Home, first: Matter, later: Iterable[Matter]) -> None:
    """Merge matters into the first: what was done about them was done about it; it is settled if all of them are."""
    waiting = [each for each in (first, *later) if state_after(each.events) != "settled"]
    for matter in later:
        arrived = Event(kind="joined", user_id=matter.opened_by, at=matter.opened_at, other=matter)
        arrived.review_id = matter.came_first.review_id
        moved = _leave(home, matter, first)
        first.weave([arrived, *moved])
        before = first.events[: first.events.index(arrived) + 1]
        if matter in waiting and state_after(before) == "settled":
            reopened = Event(kind="reopened", user_id=matter.opened_by, at=matter.opened_at)
            first.events.insert(len(before), reopened)
        for number, events in matter.came.items():
            for event in events:
                first.bring(number, event if event in moved else arrived)
        first.opened.sentence = first.opened.sentence or matter.opened.sentence
    if waiting and state_after(first.events) == "settled":
        last = first.events[-1]
        first.events.append(Event(kind="reopened", user_id=waiting[-1].opened_by, at=last.at))


def _leave(home: Home, matter: Matter, into: Matter) -> list[Event]:
    """Merge a matter into another one, and return those of its events that are about that one from then on."""
    bringing = {event for events in matter.came.values() for event in events} - {matter.opened, matter.came_first}
    moved = [event for event in matter.events if event.kind not in _MOVES or event in bringing]
    left = Event(kind="merged", user_id=matter.opened_by, at=matter.opened_at, other=into)
    matter.events = [*(event for event in matter.events if event not in moved), left]
    matter.merged_into = into
    for number in matter.came:
        post = home.posts[number]
        row = Belonging(post=post, dated=post.dated, role="copy", joined_by=matter.opened, removed_by=left)
        matter.belongings.append(row)
    return moved
