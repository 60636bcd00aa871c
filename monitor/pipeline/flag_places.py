"""Place open flags in the queue of the desk anew where copies, evidence, reactions or decisions changed their worth."""

from collections.abc import Iterator, Sequence
from typing import Final

from sqlalchemy.orm import Session

from monitor.flag_value import lasting_worth, reach
from storage import day_plans, flags, queue_changes
from storage.database import Database
from storage.flags import Move, QueuePlace, Whose
from storage.queue_changes import Changes

AT_ONCE: Final = 500
CHANGES_AT_ONCE: Final = 5000
_SAME: Final = 1e-6


def place_open_flags(database: Database) -> int:
    """Store reach and worth of those open flags of which they have changed; returns of how many.

    Only flags are read of whose posts, clusters or sources a change was noted. Each page of them is a unit of work, so
    that memory does not grow with their number. Changes are forgotten once all their flags are placed.
    """
    with database.work() as session:
        until = queue_changes.newest(session)
    placed = 0
    while True:
        with database.work() as session:
            changes = queue_changes.oldest(session, until=until, limit=CHANGES_AT_ONCE)
        if not changes.ids:
            return placed
        placed += sum(_place(database, whose) for whose in _parts(changes))
        with database.work() as session:
            queue_changes.forget(session, changes)
            session.commit()


def _parts(changes: Changes) -> Iterator[Whose]:
    """Part what changed into so little that one statement may name it; sources each alone, for they have most flags."""
    for start in range(0, len(changes.posts), AT_ONCE):
        yield Whose(posts=changes.posts[start : start + AT_ONCE])
    for start in range(0, len(changes.clusters), AT_ONCE):
        yield Whose(clusters=changes.clusters[start : start + AT_ONCE])
    for source_id in changes.sources:
        yield Whose(sources=[source_id])


def _place(database: Database, whose: Whose) -> int:
    last = placed = 0
    while True:
        with database.work() as session:
            # Read before what follows from it: a place that another program stores meanwhile is newer, and stays.
            page = flags.places_in_queue(session, whose, after=last, limit=AT_ONCE)
            if not page:
                return placed
            if moves := _moves(session, page):
                stored = flags.place_in_queue(session, moves)
                queue_changes.note(session, posts=(one.post_id for one in page if one.flag_id in moves.keys() - stored))
                session.commit()
                placed += len(stored)
        last = page[-1].flag_id


def _moves(session: Session, page: Sequence[QueuePlace]) -> dict[int, Move]:
    places, sources = {one.flag_id: (one.reach, one.worth) for one in page}, {one.source_id for one in page}
    measured, usual = day_plans.measured(session, sources), day_plans.usual_dates(session, sources)
    moves = {}
    for one in day_plans.open_flags(session, usual, list(places)):
        now = reach(one), lasting_worth(one, measured)
        if any(abs(new - old) > _SAME for new, old in zip(now, places[one.flag_id], strict=True)):
            moves[one.flag_id] = Move(places[one.flag_id], now)
    return moves
