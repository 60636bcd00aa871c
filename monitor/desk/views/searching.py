"""What somebody searches for at the desk: the words they typed and the filters they chose."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Final, Self
from urllib.parse import parse_qsl, urlencode

from fastapi import Depends, Query
from pydantic import AfterValidator, BaseModel

from classifiers.labels import LABEL_NAMES
from classifiers.text.segment import Segmenter
from monitor.clock import VIETNAM
from monitor.desk.web import wording
from monitor.review.search_query import parse_query
from storage.search import search_words
from storage.search.search_filters import Filters

MAX_NUMBER: Final = 2**63 - 1  # a larger number makes the database driver fail
NEWEST: Final = "newest"
# PostgreSQL refuses NUL.
Typed = Annotated[str, AfterValidator(lambda typed: typed.replace("\0", "").strip())]


class AddressFields(BaseModel, frozen=True):
    """The fields of a form that stand in the address of its page: texts, empty where nothing was typed or chosen."""

    @classmethod
    def of(cls, address: str) -> Self:
        """Read the fields from the query of an address, as a form carries it."""
        return cls.model_validate(dict(parse_qsl(address)))

    @property
    def address(self) -> str:
        """The fields as the query of an address, without empty ones."""
        return urlencode({name: value for name, value in self if value})

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed and nothing chosen."""
        return not self.address


class SearchForm(AddressFields, frozen=True):
    """The fields of the page, as they stand in its address. What is not known filters nothing."""

    q: Typed = ""
    label: Typed = ""
    state: Typed = ""
    source: Typed = ""
    since: Typed = ""
    until: Typed = ""
    topic: Typed = ""
    place: Typed = ""
    cluster: Typed = ""
    order: Typed = ""

    @property
    def by_relevance(self) -> bool:
        """Whether the posts that the words fit best come first, and not the newest."""
        return bool(self.q) and self.order != NEWEST

    @property
    def number(self) -> int | None:
        """The number of a flag, if that is what was typed: `12` or `#12`."""
        return _number(self.q)

    def query(self, segmenter: Segmenter) -> search_words.Query | None:
        """Read the words; None when none were typed.

        Raises:
            QueryRefused: When they are no search.

        """
        return parse_query(self.q, segmenter) if self.q.strip() else None

    def filters(self) -> Filters:
        """Return the filters; the day of `until` belongs to them."""
        until = day_begins(self.until)
        return Filters(
            label=self.label if self.label in LABEL_NAMES else None,
            state=self.state if self.state in wording.STATES else None,
            source=self.source or None,
            since=day_begins(self.since),
            until=until and until + timedelta(days=1),
            topic=self.topic if self.topic in wording.TOPICS else None,
            place=self.place or None,
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


def _of_address(form: Annotated[SearchForm, Query()]) -> SearchForm:
    return form


CurrentSearch = Annotated[SearchForm, Depends(_of_address)]
