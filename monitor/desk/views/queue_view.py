"""A reviewer's view of the queue: filters and order, as they stand in addresses and go along with a decision."""

import re
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Annotated, Final

from fastapi import Depends, Form
from fastapi import Query as OfAddress
from pydantic import AfterValidator

from classifiers.labels import LABEL_NAMES
from classifiers.places.gazetteer import Level, Unit, default_gazetteer, key_of
from classifiers.text.normalise import normalise
from classifiers.text.search_terms import terms_of
from monitor.desk.views.searching import AddressFields, day_begins
from monitor.desk.web import wording
from monitor.desk.web.auth import Reviewer
from monitor.scoring.flag_value import WORTH_A_DAY
from storage.review.flag_queue import Order, QueueFilter
from storage.search.search_words import AnyOf, Query, Words

TODAY: Final = "today"
"""In place of a label: the reviewer works through the day."""
ANY_STATE: Final = "any"
DECIDED, HELD = "decided", "held"
LISTED: Final = "listed"
"""In place of open flags: the list of the day below the threshold."""
_MAX_FIELD: Final = 60  # characters; an address must fit into the cookie that remembers it while somebody signs in
_MAX_ADDRESS: Final = 2_000
_MAX_DIGITS: Final = 18  # more make the database driver fail


def _one_of(known: Collection[str]) -> AfterValidator:
    """Leave out what is not known: it filters nothing."""
    return AfterValidator(lambda given: given if given in known else "")


def _matching(pattern: str) -> AfterValidator:
    return AfterValidator(lambda given: given if re.fullmatch(pattern, given) else "")


_Day = Annotated[str, AfterValidator(lambda given: given if day_begins(given) else "")]
_Place = Annotated[str, AfterValidator(lambda given: " ".join(given.replace("\0", "").split())[:_MAX_FIELD].strip())]


class QueueView(AddressFields, frozen=True):
    """The fields of the queue's form; an empty one filters nothing.

    Args:
        label: A label, or TODAY.
        state: A state, or ANY_STATE; empty: open, or any where `own` is DECIDED.
        source: The number of a source.
        kind: The kind of a source.
        since: The first day, `2026-11-28`.
        until: The last day.
        place: The name of a place that the post holds.
        own: DECIDED or HELD by the reviewer; or LISTED.
        order: An order; empty: what a decision is worth, and after a decision the queue begins anew.

    """

    label: Annotated[str, _one_of((*LABEL_NAMES, TODAY))] = ""
    state: Annotated[str, _one_of((*wording.STATES.keys() - {"open"}, ANY_STATE))] = ""
    source: Annotated[str, _matching(rf"[0-9]{{1,{_MAX_DIGITS}}}")] = ""
    kind: Annotated[str, _matching(rf"[\w\-]{{1,{_MAX_FIELD}}}")] = ""
    since: _Day = ""
    until: _Day = ""
    place: _Place = ""
    own: Annotated[str, _one_of((DECIDED, HELD, LISTED))] = ""
    order: Annotated[str, _one_of(tuple(Order))] = ""

    @property
    def is_today(self) -> bool:
        """Whether the reviewer works through the day, which is no part of the queue's page."""
        return self.label == TODAY

    @property
    def is_listed(self) -> bool:
        """Whether the reviewer works through the list of the day."""
        return self.own == LISTED

    @property
    def is_narrow(self) -> bool:
        """Whether one of the filters is set that the page folds away."""
        return any((self.source, self.kind, self.since, self.until, self.place, self.own))

    @property
    def folds_strangers(self) -> bool:
        """Whether insults among strangers are one line with their number: where nothing of the like was asked for."""
        return not self.label and not self.is_narrow and self.shown_state == "open"

    @property
    def order_by(self) -> Order:
        """The order."""
        return Order(self.order or Order.WORTH)

    @property
    def shown_state(self) -> str:
        """The state that is listed, or ANY_STATE."""
        return self.state or (ANY_STATE if self.own == DECIDED else "open")

    def wanted(self, reviewer: Reviewer, now: datetime) -> QueueFilter:
        """Return which flags are listed."""
        until = day_begins(self.until)
        return QueueFilter(
            state=None if self.shown_state == ANY_STATE else self.shown_state,
            label=self.label or None,
            source_id=int(self.source) if self.source else None,
            kind=self.kind or None,
            since=day_begins(self.since),
            until=until and until + timedelta(days=1),
            place=place_query(self.place),
            decided_by=reviewer.id if self.own == DECIDED else None,
            held_by=(reviewer.lease_owner, now) if self.own == HELD else None,
            worth_above=WORTH_A_DAY if self.folds_strangers else None,
        )

    def wanted_next(self, reviewer: Reviewer, now: datetime) -> QueueFilter:
        """Return which open flags are taken one after the other."""
        return replace(self.wanted(reviewer, now), state="open")


def place_query(place: str) -> Query | None:
    """Return the words by which a place is found in posts; of a province of today also those that it was made of."""
    found = default_gazetteer().named(key_of(place))
    today = {unit.current_province for _written, unit in found if unit.level == Level.PROVINCE and not unit.old}
    former = [unit.name for unit in _provinces() if unit.current_province in today]
    named = (terms_of(normalise(name).text) for name in (place, *former))
    parts = {Words(terms.accented, accented=terms.accented != terms.bare): None for terms in named if terms.accented}
    return AnyOf(tuple(parts)) if parts else None


def provinces() -> list[str]:
    """List the names of today's provinces without their kind."""
    return [unit.name for unit in _provinces() if not unit.old]


@cache
def _provinces() -> tuple[Unit, ...]:
    return tuple(unit for unit in default_gazetteer().units if unit.level == Level.PROVINCE)


def _of_address(view: Annotated[QueueView, OfAddress()]) -> QueueView:
    return view


def _of_form(view: Annotated[str, Form(max_length=_MAX_ADDRESS)] = "") -> QueueView:
    return QueueView.of(view)


CurrentView = Annotated[QueueView, Depends(_of_address)]
CarriedView = Annotated[QueueView, Depends(_of_form)]
