"""What is sent of a report, and how sending it can fail."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from monitor.errors import ReportFailed


class Refused(ReportFailed):
    """The other side refused a report for good: trying again changes nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What is sent: its title, a name that stays the same over all attempts, when it was made, and its files."""

    title: str
    name: str
    made_at: datetime
    files: Mapping[str, bytes]


HandOver = Callable[[], None]


class Channel(Protocol):
    """Sends a parcel; calls `hand_over` at the last moment at which nothing was given away yet."""

    def __call__(self, parcel: Parcel, hand_over: HandOver) -> None:
        """Send it; raises ReportFailed when it was surely not taken, `Refused` when it never will be."""
        ...
