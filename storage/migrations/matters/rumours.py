"""Rumours: the confirmed claims, of which copies are one, and what corrections answer; each correction gets one."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from storage.migrations.matters.drafts import RUMOUR, Event, Matter, include_posts, join_decided, newest_summary
from storage.migrations.matters.rows import CLAIM, Correction, Home, Review

_CONFIRMING: Final = ("no_source", "refuted")
_RELEASED: Final = "released"
_UNRELEASED: Final = ("draft", "returned")


def rumours_of(home: Home) -> tuple[list[Matter], dict[int, Matter]]:
    """Make the rumours, the one that was opened first standing first; and return which one each correction answers."""
    confirmed = [_confirmed(home, decisions) for decisions in _decisions(home)]
    answered = _answered(home, confirmed)
    corrections: dict[Matter, list[Correction]] = defaultdict(list)
    for correction in home.corrections:
        corrections[answered[correction.id]].append(correction)
    for rumour, answering in corrections.items():
        _answer(home, rumour, answering, decided=rumour in confirmed)
    found = dict.fromkeys((*confirmed, *answered.values()))
    return sorted(found, key=lambda rumour: rumour.opened_at), answered


def _decisions(home: Home) -> list[list[Review]]:
    """Group the decisions that confirmed claims by these, of which all copies are one."""
    found: dict[tuple[bool, int], list[Review]] = defaultdict(list)
    for review in home.reviews:
        flag = home.flags[review.flag_id]
        if flag.label == CLAIM and flag.confirms and review.decision in _CONFIRMING:
            found[home.posts[flag.post_id].group].append(review)
    return list(found.values())


def _confirmed(home: Home, decisions: Sequence[Review]) -> Matter:
    """Make the rumour that some decisions confirmed: the first opened it."""
    first = decisions[0]
    opened = Event(kind="opened", user_id=first.user_id, at=first.at, review_id=first.id, verdict=first.decision)
    rumour = Matter(
        kind=RUMOUR,
        label=CLAIM,
        opened_by=first.user_id,
        opened_at=first.at,
        counts_at=min(home.posts[home.flags[each.flag_id].post_id].dated for each in decisions),
        events=[opened],
        came_first=opened,
    )
    join_decided(home, rumour, decisions)
    include_posts(home, rumour)
    opened.sentence = newest_summary(home, rumour)
    return rumour


def _answered(home: Home, confirmed: Sequence[Matter]) -> dict[int, Matter]:
    """Return the rumour of each correction, by its number: one of its own where its claim is confirmed no more."""
    of_posts = {number: rumour for rumour in confirmed for number in _posts_of(rumour)}
    found: dict[int, Matter] = {}
    for correction in home.corrections:
        flag = home.flags.get(correction.flag_id or 0)
        rumour = of_posts.get(flag.post_id) if flag else found.get(correction.replaces_id or 0)
        found[correction.id] = rumour or _corrected(home, correction)
        of_posts.update(dict.fromkeys(_posts_of(found[correction.id]), found[correction.id]))
    return found


def _posts_of(rumour: Matter) -> list[int]:
    return [each.post.id for each in rumour.belongings if each.post is not None]


def _corrected(home: Home, correction: Correction) -> Matter:
    """Make the rumour that a correction alone tells of."""
    flag = home.flags.get(correction.flag_id or 0)
    post = home.posts[flag.post_id] if flag else None
    user_id, at = correction.written_by, correction.written_at
    claims = [event.claim for event in home.correction_events[correction.id] if event.claim]
    opened = Event(kind="opened", user_id=user_id, at=at, verdict="refuted", sentence=claims[-1] if claims else None)
    rumour = Matter(
        kind=RUMOUR,
        label=CLAIM,
        opened_by=user_id,
        opened_at=at,
        counts_at=post.dated if post else at,
        events=[opened],
        came_first=opened,
        came={post.id: [opened]} if post else {},
    )
    include_posts(home, rumour)
    return rumour


def _answer(home: Home, rumour: Matter, corrections: Sequence[Correction], *, decided: bool) -> None:
    """Have corrections in force answer a rumour; one that nobody decided is settled where none is left to release."""
    events = [event for each in corrections for event in home.correction_events[each.id]]
    in_force = {each.id for each in corrections if each.state == _RELEASED}
    released = [event for event in events if event.kind == _RELEASED and event.correction_id in in_force]
    steps = [Event(kind="answered", user_id=event.user_id, at=event.at) for event in released]
    if not decided and not steps and not any(each.state in _UNRELEASED for each in corrections):
        last = max(events, key=lambda event: event.at)
        steps = [Event(kind="settled", user_id=last.user_id, at=last.at)]
    rumour.weave(sorted(steps, key=lambda event: event.at))
