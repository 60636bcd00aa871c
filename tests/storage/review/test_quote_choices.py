"""Quotes of a report are posts that a person chose, in the version that was read."""

from datetime import timedelta

from sqlalchemy.orm import Session

from storage.figures.report_counts import Period
from storage.review import quote_choices
from tests.clock import MONDAY_MORNING as NOW
from tests.factories import add_flag, add_post, add_source, add_user
from tests.storage.review.made_matters import confirm


def test_quotes_are_chosen_for_the_version_that_was_read(session: Session) -> None:
    source, lan = add_source(session), add_user(session)
    flag = add_flag(session, add_post(session, source))
    other = add_flag(session, add_post(session, source, "2"))
    for each in (other, flag):
        confirm(session, each, lan)
    for each in (other, flag, other):
        quote_choices.choose(session, each, user_id=lan.id, now=NOW)
    week = (Period(NOW - timedelta(days=1), NOW + timedelta(days=7)), "concern")
    assert {each.id for each in quote_choices.chosen(session, *week)} == {flag.id, other.id}
    quote_choices.take_back(session, other)
    assert (quote_choices.is_chosen(session, flag), quote_choices.is_chosen(session, other)) == (True, False)
    flag.revision_number = 1
    session.flush()
    assert not quote_choices.is_chosen(session, flag)
    assert quote_choices.chosen(session, *week) == []
    quote_choices.choose(session, flag, user_id=lan.id, now=NOW)
    assert quote_choices.chosen(session, *week) == [flag], "the edited version can be chosen as well"
