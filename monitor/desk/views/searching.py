"""What somebody searches for at the desk: the words they typed and the filters they chose."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from threading import Lock
from typing import Annotated, Final
from urllib.parse import parse_qsl

from fastapi import Depends

from classifiers.labels import LABEL_NAMES
from classifiers.text.segment import Segmenter
from monitor.clock import VIETNAM
from monitor.desk.views.masking import Mask
from monitor.desk.web import wording
from monitor.desk.web.address_fields import AddressFields
from monitor.review.search_query import parse_query
from storage.search.search_filters import Filters
from storage.search.search_words import Query

MAX_NUMBER: Final = 2**63 - 1  # a larger number makes the database driver fail


@dataclass(frozen=True, slots=True)
class Searching:
    """What a search needs beside the database.

    Args:
        segmenter: Knows which syllables make a word.
        mask: Replaces personal data in a text that is shown or exported.
        exporting: Held by the one export that runs: each takes a processor for as long as it masks thousands of posts.

    """

    segmenter: Segmenter
    mask: Mask
    exporting: Lock = field(default_factory=Lock)


@dataclass(frozen=True, slots=True)
class SearchForm(AddressFields):
    """The fields of the page, as they stand in its address. What is not known filters nothing."""

    q: str = ""
    label: str = ""
    state: str = ""
    source: str = ""
    since: str = ""
    until: str = ""
    topic: str = ""
    place: str = ""
    note: str = ""
    cluster: str = ""

    @property
    def number(self) -> int | None:
        """The number of a flag, if that is what was typed: `12` or `#12`."""
        return _number(self.q)

    def query(self, segmenter: Segmenter | None) -> Query | None:
        """Read the words; None when none were typed.

        Raises:
            QueryRefused: When they are no search.

        """
        return parse_query(self.q, segmenter) if self.q.strip() else None

    def filters(self) -> Filters:
        """Return the filters; the day of `until` belongs to them.

        Raises:
            QueryRefused: When the words of the note are no search.

        """
        until = day_begins(self.until)
        return Filters(
            label=self.label if self.label in LABEL_NAMES else None,
            state=self.state if self.state in wording.STATES else None,
            source=self.source or None,
            since=day_begins(self.since),
            until=until and until + timedelta(days=1),
            topic=self.topic if self.topic in wording.TOPICS else None,
            place=self.place or None,
            note=parse_query(self.note) if self.note else None,
            cluster=_number(self.cluster),
        )


def _number(typed: str) -> int | None:
    """Read a number, `12` or `#12`; None for what is none."""
    digits = typed.strip().removeprefix("#")
    number = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < len(str(MAX_NUMBER)) else 0
    return number or None


def day_begins(day: str) -> datetime | None:
    """Return when a day (`2026-11-28`) begins in Việt Nam, UTC; None for what is no day."""
    try:
        return datetime.combine(date.fromisoformat(day), time(), VIETNAM).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def read_form(
    *,
    q: str = "",
    label: str = "",
    state: str = "",
    source: str = "",
    since: str = "",
    until: str = "",
    topic: str = "",
    place: str = "",
    note: str = "",
    cluster: str = "",
) -> SearchForm:
    """Read the fields from the address; a NUL, which PostgreSQL refuses, is taken out."""
    fields = (q, label, state, source, since, until, topic, place, note, cluster)
    return SearchForm(*(field.replace("\0", "").strip() for field in fields))


def form_of(address: str) -> SearchForm:
    """Read the fields from the query of an address, as a form carries it."""
    return read_form(**{name: value for name, value in parse_qsl(address) if name in SearchForm.__dataclass_fields__})


CurrentSearch = Annotated[SearchForm, Depends(read_form)]
