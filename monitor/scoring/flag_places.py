"""Place the open flags in the queue of the desk anew: copies, evidence, reactions and decisions change their worth."""

from typing import Final

from monitor.scoring.flag_value import lasting_worth, reach
from storage.database import Database
from storage.review import places

AT_ONCE: Final = 500
_SAME: Final = 1e-6


def place_open_flags(database: Database) -> int:
    """Store reach and worth of those open flags of which they have changed; returns of how many.

    Each page of flags is a unit of work, so that memory does not grow with their number.
    """
    with database.work() as session:
        measured, usual = places.measured(session), places.usual_dates(session)
    last = placed = 0
    while True:
        with database.work() as session:
            page = places.open_flags(session, usual, after=last, limit=AT_ONCE)
            if not page:
                return placed
            stored = places.places_of(session, [one.flag_id for one in page])
            changed = {}
            for one in page:
                now = reach(one), lasting_worth(one, measured)
                if any(abs(new - old) > _SAME for new, old in zip(now, stored.get(one.flag_id, now), strict=True)):
                    changed[one.flag_id] = now
            if changed:
                places.store(session, changed)
                session.commit()
        last = page[-1].flag_id
        placed += len(changed)
