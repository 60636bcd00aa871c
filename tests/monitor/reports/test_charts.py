"""The charts draw what was counted, the same figures as the same bytes, in letters that Vietnamese needs."""

from dataclasses import replace

import pytest
from lxml import etree
from matplotlib.font_manager import FontProperties, findfont, get_font

from monitor.reports import charts
from monitor.reports.figures import ReportFigures
from monitor.reports.language import load_language
from monitor.reports.wording import Wording

VIETNAMESE = "ĂÂĐÊÔƠƯăâđêôơưáàảãạấầẩẫậắằẳẵặéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ"
WORDS = Wording(load_language("vi"))


def test_the_bars_of_a_day_are_as_high_as_its_confirmed_flags(figures: ReportFigures) -> None:
    axes = charts.flags_by_part(figures, WORDS).axes[0]
    heights = [[bar.get_height() for bar in label] for label in axes.containers]
    assert heights == [[0, 0, 0, 1, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0, 0]]
    assert [text.get_text() for text in axes.get_xticklabels()][::6] == ["16/11", "22/11"]


def test_the_source_with_confirmed_flags_is_drawn(figures: ReportFigures) -> None:
    axes = charts.flags_by_source(figures, WORDS).axes[0]
    assert [text.get_text() for text in axes.get_yticklabels()] == ["forum"]
    assert [text.get_text() for text in axes.texts] == ["2"]


def test_many_sources_are_gathered_in_one_bar(figures: ReportFigures) -> None:
    forum = figures.sources[0]
    counted = {"unverified": 1, "negative": 0, "concern": 0}
    many = tuple(replace(forum, name=f"source {number}", confirmed=counted) for number in range(20))
    axes = charts.flags_by_source(replace(figures, sources=many), WORDS).axes[0]
    assert axes.get_yticklabels()[0].get_text() == "Nguồn khác (8)"
    assert axes.texts[0].get_text() == "8"


def test_a_chart_is_the_same_every_time(figures: ReportFigures) -> None:
    first, second = (charts.flags_by_part(figures, WORDS) for _ in range(2))
    assert charts.as_svg(first) == charts.as_svg(second)
    assert charts.as_png(first) == charts.as_png(second)
    assert charts.as_png(first).startswith(b"\x89PNG")


def test_the_svg_is_one_element_without_date_or_maker(figures: ReportFigures) -> None:
    svg = charts.as_svg(charts.flags_by_source(figures, WORDS))
    assert etree.fromstring(svg).tag == "{http://www.w3.org/2000/svg}svg"
    assert "matplotlib.org" not in svg
    assert "<dc:date>" not in svg


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "$\\oops{$ 5"])
def test_a_source_name_is_drawn_as_it_is(figures: ReportFigures, name: str) -> None:
    chart = charts.flags_by_source(replace(figures, sources=(replace(figures.sources[0], name=name),)), WORDS)
    assert [text.get_text() for text in chart.axes[0].get_yticklabels()] == [name]
    assert "<script" not in charts.as_svg(chart)  # letters are drawn, not written; nothing is read as a formula


def test_without_flags_the_charts_say_so(nothing: ReportFigures) -> None:
    for chart in (charts.flags_by_part(nothing, WORDS), charts.flags_by_source(nothing, WORDS)):
        assert "Không có bài nào đã xác nhận" in [text.get_text() for text in chart.axes[0].texts]
        assert charts.as_svg(chart).startswith("<svg")


def test_the_font_has_every_vietnamese_letter() -> None:
    font = get_font(findfont(FontProperties(family="DejaVu Sans")))
    assert [letter for letter in VIETNAMESE if ord(letter) not in font.get_charmap()] == []
