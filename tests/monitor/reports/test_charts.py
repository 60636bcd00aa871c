"""Charts draw what was counted: as SVG at the desk and in pages, as shaded cells in documents, the same every time."""

from dataclasses import replace
from io import BytesIO
from itertools import pairwise

import docx
import pytest
from bs4 import BeautifulSoup
from lxml import etree

from classifiers.labels import LABELS
from monitor.reports.annex import CHARTS, by_part, by_source, colour_of
from monitor.reports.document import build_document
from monitor.reports.docx import render_docx
from monitor.reports.drawing import Chart, Column, bar, columns, rows, share
from monitor.reports.figures import ReportFigures
from monitor.reports.wording import load_wording
from monitor.settings.reports import ReportSettings
from tests.monitor.desk.test_label_colours import luminance

VIETNAMESE = load_wording("vi")


def widths(drawn: str) -> list[float]:
    return [float(part["width"]) for part in BeautifulSoup(drawn, "xml").select("rect")]  # type: ignore[arg-type]


def test_the_bars_of_a_day_are_as_long_as_its_confirmed_flags(figures: ReportFigures) -> None:
    chart = by_part(figures, VIETNAMESE)
    assert [(strip.name, strip.number) for strip in chart.strips][::3] == [
        ("16/11", "1"),
        ("19/11", "1"),
        ("22/11", "0"),
    ]
    assert [segment.tone for strip in chart.strips for segment in strip.segments] == ["concern", "unverified"]


def test_many_sources_are_gathered_in_one_bar(figures: ReportFigures) -> None:
    assert [(strip.name, strip.number) for strip in by_source(figures, VIETNAMESE).strips] == [("forum", "2")]
    forum = replace(figures.sources[0], confirmed={"unverified": 1, "negative": 0, "concern": 0})
    many = tuple(replace(forum, name=f"source {number}") for number in range(20))
    last = by_source(replace(figures, sources=many), VIETNAMESE).strips[-1]
    assert (last.name, last.number) == ("Nguồn khác (8)", "8")


def test_a_share_is_drawn_with_its_interval_and_where_it_was_expected() -> None:
    drawn = share("a", "concern", 0.75, (0.6, 0.86), expected=0.95).segments
    assert [(round(segment.share, 2), segment.tone, segment.faint) for segment in drawn] == [
        (0.6, "", False), (0.14, "concern", True), (0.02, "concern", False), (0.1, "concern", True), (0.08, "", False),
        (0.02, "expected", False), (0.04, "", False),
    ]  # fmt: skip


def test_rows_are_as_wide_as_their_share_of_the_longest() -> None:
    drawn = rows(Chart((bar("a", {"concern": 30, "negative": 10}, 40, "40"), bar("b", {"concern": 10}, 40, "10"))))
    first, second, third = widths(drawn)
    assert (round(first / second), round(first / third)) == (3, 3)


def test_columns_stand_on_each_other_and_fill_the_height() -> None:
    drawn = BeautifulSoup(columns([Column("a", {"concern": 3, "negative": 7}), Column("", {"concern": 0})]), "xml")
    first, second = ((float(part["y"]), float(part["height"])) for part in drawn.select("rect"))  # type: ignore[arg-type]
    assert second[0] + second[1] == first[0]
    assert round(first[1] / second[1], 2) == round(3 / 7, 2)
    assert second[0] == 10  # ten of ten


def test_a_chart_of_nothing_is_drawn() -> None:
    assert "<svg" in columns([])
    assert "<svg" in rows(Chart((), in_percent=True))


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "$\\oops{$ 5"])
def test_a_name_is_drawn_as_it_is(name: str) -> None:
    drawn = etree.fromstring(rows(Chart((share(name, "concern", 0.5, (0.2, 0.8)),)), beside=True))
    assert [text.text for text in drawn.iter("{*}text")] == [name]


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_one_element_and_the_same_every_time(name: str, figures: ReportFigures) -> None:
    first, second = (rows(CHARTS[name](figures, VIETNAMESE), beside=True) for _ in range(2))
    assert first == second
    assert etree.fromstring(first).tag == "{http://www.w3.org/2000/svg}svg"


def test_a_document_shades_blanks_as_far_as_the_bars_go(figures: ReportFigures) -> None:
    content = render_docx(build_document(figures, ReportSettings(), VIETNAMESE))
    bars = next(table for table in docx.Document(BytesIO(content)).tables if table.cell(0, 0).text == "16/11")
    monday, sunday = (bars.cell(day, 1).paragraphs[0].runs for day in (0, 6))
    assert [run.text for run in (*monday, *sunday)] == ["\u2007" * 55, " 1", " 0"]
    assert colour_of("concern", 2)[1:].upper() in monday[0]._r.xml


def test_labels_can_be_told_apart_without_colours() -> None:
    """In grey print, by lightness L* of CIE 1976, which the eye takes for even steps."""
    lights = sorted(lightness(label.chart_colour) for label in LABELS)
    assert all(lighter - darker > 12 for darker, lighter in pairwise(lights))
    assert lights[-1] < 80  # and all of them from paper


def lightness(colour: str) -> float:
    return 116 * luminance(colour) ** (1 / 3) - 16
