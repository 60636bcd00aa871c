"""Does the machine's clock show a time that can be right? Deletion goes by it, so a jump is told and stops it."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from monitor.clock import Clock, local_time
from monitor.errors import ClockJumped
from storage import audit
from storage.database import Database
from storage.posts import clock_state

LONGEST_PAUSE: Final = timedelta(days=7)
"""A program that ran less than that ago cannot tell a jump from a pause."""
CLOCK_TOLERANCE: Final = timedelta(hours=1)  # less is the daily correction by a time server


def check_clock(database: Database, clock: Clock) -> str:
    """Compare the clock with the newest trusted time and remember what was found.

    Returns:
        A line to show when the clock went back; then sources that were read in the future are due again. One that is
        far behind, as of a machine that lost its time, changes nothing. Else nothing.

    """
    now = clock.now()
    with database.changes() as session:
        return _compare(session, now)


def require_trusted_clock(session: Session, now: datetime) -> None:
    """Refuse to delete by a clock that jumped ahead.

    Raises:
        ClockJumped: Until a person confirms the time, or the clock is set right.

    """
    state = clock_state.load(session, now)
    if now - state.trusted_at > LONGEST_PAUSE:
        raise ClockJumped(
            f"the clock shows {local_time(now)}, {(now - state.trusted_at).days} days after this program last ran "
            f"({local_time(state.trusted_at)}), so nothing was deleted: set the clock, or, if it is right, "
            "run `kiemtin db confirm-clock`"
        )


def confirm_clock(database: Database, clock: Clock) -> datetime:
    """Trust the time that the clock shows; returns the time that was trusted before."""
    now = clock.now()
    with database.changes() as session:
        state = clock_state.load(session, now)
        before = state.trusted_at
        if before - now > CLOCK_TOLERANCE:
            clock_state.forget_future(session, now)
        state.trusted_at, state.jumped_to = now, None
        audit.record(session, at=now, action="clock.confirmed", subject="clock", detail={"before": before.isoformat()})
    return before


def trust_stored_time(session: Session, now: datetime, elsewhere: datetime | None) -> None:
    """Trust the newest time that is stored, here or in the database that was replaced, and not the clock.

    Call it before anything is written: the first look takes the newest stored time.
    """
    state = clock_state.load(session, now)
    state.trusted_at = max(state.trusted_at, elsewhere or state.trusted_at)


def _compare(session: Session, now: datetime) -> str:
    state = clock_state.load(session, now)
    if now - state.trusted_at > LONGEST_PAUSE:
        state.jumped_to = max(now, state.jumped_to or now)
        return ""
    if state.trusted_at - now > LONGEST_PAUSE:  # dated by it, all posts would be past their retention when it is set
        return (
            f"the clock shows {local_time(now)}, long before this program last ran ({local_time(state.trusted_at)}): "
            "set it, or, if it is right, run `kiemtin db confirm-clock`"
        )
    ahead = max(state.trusted_at, state.jumped_to or state.trusted_at)
    state.jumped_to = None
    if ahead - now <= CLOCK_TOLERANCE:
        state.trusted_at = max(now, state.trusted_at)
        return ""
    posts = clock_state.forget_future(session, now)
    state.trusted_at = now
    detail = {"from": ahead.isoformat(), "posts": posts}
    audit.record(session, at=now, action="clock.went_back", subject="clock", detail=detail)
    return (
        f"the clock went back from {local_time(ahead)} to {local_time(now)}: what was read meanwhile is due again, "
        f"and {posts} posts count as collected now"
    )
