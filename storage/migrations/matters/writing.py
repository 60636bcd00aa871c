"""Matters are stored, with what follows from their events and posts, as the program itself would derive it."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, column, table, text

from storage.migrations.matters.drafts import Belonging, Event, Matter, state_after

_FOLLOWS: Final = ("verdict", "topic", "place", "sentence", "follower_id", "back_at")
"""What the newest event says that says something of it."""
_SAME: Final = ("kind", "user_id", "at", "note", "passed_to", "review_id", "redacted_at", *_FOLLOWS)


def write_matters(connection: Connection, matters: Sequence[Matter], answered: dict[int, Matter]) -> None:
    """Store matters, with their numbers where they have none, and which one each correction answers."""
    last = max((matter.number for matter in matters), default=0)
    for matter in matters:
        if not matter.number:
            last += 1
            matter.number = last
    # One that was merged refers to another, which has to be there before.
    standing_first = sorted(matters, key=lambda matter: matter.merged_into is not None)
    _insert(connection, "matters", [_matter(matter) for matter in standing_first])
    events = [(matter, event) for matter in matters for event in matter.events]
    for number, (_, event) in enumerate(events, 1):
        event.number = number
    _insert(connection, "matter_events", [_event(matter, event) for matter, event in events])
    rows = [_belonging(matter, each) for matter in matters for each in matter.belongings]
    _insert(connection, "matter_posts", [{"id": number, **row} for number, row in enumerate(rows, 1)])
    for correction_id, matter in answered.items():
        values = {"matter": matter.number, "correction": correction_id}
        connection.execute(text("UPDATE corrections SET matter_id = :matter WHERE id = :correction"), values)


def _insert(connection: Connection, name: str, rows: Sequence[dict[str, Any]]) -> None:
    if not rows:
        return
    connection.execute(table(name, *map(column, rows[0])).insert(), list(rows))
    if connection.dialect.name == "postgresql":
        numbered = text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)")
        connection.execute(numbered, {"name": name, "last": max(row["id"] for row in rows)})


def _matter(matter: Matter) -> dict[str, Any]:
    undone = {event.undoes for event in matter.events}
    follows: dict[str, Any] = dict.fromkeys(_FOLLOWS)
    for event in matter.events:
        if event is matter.opened or event not in undone:
            follows |= {name: value for name in _FOLLOWS if (value := getattr(event, name)) is not None}
    if state_after(matter.events) == "settled":
        follows["back_at"] = None
    times = [each.dated for each in matter.belongings if each.removed_by is None] or [matter.counts_at]
    return {
        "id": matter.number,
        "kind": matter.kind,
        "label": matter.label,
        **follows,
        "state": matter.state,
        "topic": follows["topic"] or "other",
        "place": follows["place"] or "",
        "sentence": follows["sentence"] or "",
        "counts_at": matter.counts_at,
        "first_at": min(times),
        "last_at": max(times),
        "opened_by": matter.opened_by,
        "opened_at": matter.opened_at,
        "changed_at": max(event.at for event in matter.events),
        "version": len(matter.events),
        "merged_into": matter.merged_into.number if matter.merged_into else None,
    }


def _event(matter: Matter, event: Event) -> dict[str, Any]:
    return {
        "id": event.number,
        "matter_id": matter.number,
        **{name: getattr(event, name) for name in _SAME},
        "other_id": event.other.number if event.other else None,
        "undoes": event.undoes.number if event.undoes else None,
    }


def _belonging(matter: Matter, each: Belonging) -> dict[str, Any]:
    return {
        "matter_id": matter.number,
        "post_id": each.post.id if each.post else None,
        "publisher": each.post.publisher if each.post else "",
        "dated": each.dated,
        "counted": each.counted,
        "role": each.role,
        "joined_by": each.joined_by.number,
        "removed_by": each.removed_by.number if each.removed_by else None,
    }
