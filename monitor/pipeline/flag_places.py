"""Place the open flags in the queue of the desk anew: copies, evidence, reactions and decisions change their worth."""

from itertools import islice
from typing import Final

from monitor.flag_value import lasting_worth, reach
from storage import day_plans, flags
from storage.database import Database

AT_ONCE: Final = 500
_SAME: Final = 1e-6


def place_open_flags(database: Database) -> int:
    """Store reach and worth of those open flags of which they have changed; returns of how many."""
    with database.work() as session:
        stored, measured = flags.places_in_queue(session), day_plans.measured(session)
        changed = {}
        for one in day_plans.open_flags(session):
            now = reach(one), lasting_worth(one, measured)
            if any(abs(new - old) > _SAME for new, old in zip(now, stored.get(one.flag_id, now), strict=True)):
                changed[one.flag_id] = now
    waiting = iter(changed.items())
    while batch := dict(islice(waiting, AT_ONCE)):
        with database.work() as session:
            flags.place_in_queue(session, batch)
            session.commit()
    return len(changed)
