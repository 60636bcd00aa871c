"""The walk of one decision, from the page of a flag to the appended row, names the files that take part."""

from tests.monitor.desk.browser import Browser
from tests.monitor.desk.conftest import FlagMaker
from tests.walk import called_files, differences


def test_the_way_of_one_decision(lan: Browser, make_flagged: FlagMaker) -> None:
    flag_id = make_flagged(probability=0.9)
    make_flagged(probability=0.8)
    with called_files() as called:
        assert lan.decide(flag_id, "yes").status_code == 303
    assert differences("The way of one decision", called) == ([], [])
