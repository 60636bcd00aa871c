"""The hours in which alerts wait."""

from datetime import UTC, datetime, time, timedelta

from monitor.clock import VIETNAM


def held_until(quiet_hours: str, now: datetime) -> datetime | None:
    """Return when the quiet hours end in which a time lies.

    Args:
        quiet_hours: As `22:00-06:00`, in Viet Nam; empty: there are none.
        now: The time, UTC.

    Returns:
        Their end, UTC; None outside of them.

    """
    if not quiet_hours:
        return None
    begin, end = (time.fromisoformat(part) for part in quiet_hours.split("-"))
    local = now.astimezone(VIETNAM)
    over_midnight = begin > end
    inside = (local.time() >= begin or local.time() < end) if over_midnight else begin <= local.time() < end
    if not inside:
        return None
    days = int(over_midnight and local.time() >= begin)
    return (datetime.combine(local.date(), end, VIETNAM) + timedelta(days=days)).astimezone(UTC)
