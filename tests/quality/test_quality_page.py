"""docs/quality.md shows the figures from which the limits were set."""

import re

from tests.quality.gate import FLOORS, MARGINS, read_limits
from tests.quality.quality_page import BEGIN, END, FIGURES, PAGE, replace_measured


def test_the_page_was_written_together_with_the_limits() -> None:
    page = PAGE.read_text(encoding="utf-8")
    hashes = re.findall(r"`([0-9a-f]{12})`", page.partition(END)[0])
    assert hashes == [value[:12] for value in read_limits(FLOORS).hashes.values()], "run `make quality`"


def test_no_shown_figure_is_below_its_floor() -> None:
    page = PAGE.read_text(encoding="utf-8").partition(BEGIN)[2]
    shown = dict(FIGURES)
    for place, floors in enumerate(read_limits(FLOORS).unseen.values()):
        for name in MARGINS:
            row = re.search(rf"^\| {re.escape(shown[name])} \|(.*)\|$", page, re.MULTILINE)
            assert row, name
            value = float(row[1].split("|")[place].split()[0])
            assert value >= floors[name] - 0.0006, name  # the page is rounded


def test_a_new_part_takes_the_place_of_the_old_one() -> None:
    page = f"before\n{BEGIN}\nold\nfigures \\1\n{END}\nafter\n"
    new = replace_measured(page, "new \\1 figures\n")
    assert new == f"before\n{BEGIN}\nnew \\1 figures\n{END}\nafter\n"
    assert replace_measured(new, "") == f"before\n{BEGIN}\n{END}\nafter\n"
