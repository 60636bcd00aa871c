"""The charts draw what was counted, the same figures as the same bytes, in letters that Vietnamese needs."""

from dataclasses import replace

import pytest
from lxml import etree
from matplotlib.font_manager import FontProperties, findfont, get_font

from monitor.reports import charts
from monitor.reports.figures import WeekFigures

VIETNAMESE = "ĂÂĐÊÔƠƯăâđêôơưáàảãạấầẩẫậắằẳẵặéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ"


def test_the_bars_of_a_day_are_as_high_as_its_flags(figures: WeekFigures) -> None:
    axes = charts.flags_by_day(figures).axes[0]
    heights = [[bar.get_height() for bar in label] for label in axes.containers]
    assert heights == [[0, 0, 0, 2, 0, 0, 0], [1, 0, 0, 0, 0, 0, 1], [1, 0, 0, 0, 0, 0, 0]]
    assert [text.get_text() for text in axes.get_xticklabels()][::6] == ["Thứ Hai\n16/11", "Chủ nhật\n22/11"]


def test_the_source_with_most_flags_stands_on_top(figures: WeekFigures) -> None:
    axes = charts.flags_by_source(figures).axes[0]
    assert [text.get_text() for text in axes.get_yticklabels()] == ["channel", "forum"]
    assert [text.get_text() for text in axes.texts] == ["1", "4"]


def test_many_sources_are_gathered_in_one_bar(figures: WeekFigures) -> None:
    forum = figures.sources[0]
    many = tuple(
        replace(forum, name=f"source {number}", flags={"unverified": 1, "negative": 0, "concern": 0})
        for number in range(20)
    )
    axes = charts.flags_by_source(replace(figures, sources=many)).axes[0]
    assert axes.get_yticklabels()[0].get_text() == "Nguồn khác (8)"
    assert axes.texts[0].get_text() == "8"


def test_a_chart_is_the_same_every_time(figures: WeekFigures) -> None:
    first, second = (charts.flags_by_day(figures) for _ in range(2))
    assert charts.as_svg(first) == charts.as_svg(second)
    assert charts.as_png(first) == charts.as_png(second)
    assert charts.as_png(first).startswith(b"\x89PNG")


def test_the_svg_is_one_element_without_date_or_maker(figures: WeekFigures) -> None:
    svg = charts.as_svg(charts.flags_by_source(figures))
    assert etree.fromstring(svg).tag == "{http://www.w3.org/2000/svg}svg"
    assert "matplotlib.org" not in svg
    assert "<dc:date>" not in svg


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "$\\oops{$ 5"])
def test_a_source_name_is_drawn_as_it_is(figures: WeekFigures, name: str) -> None:
    chart = charts.flags_by_source(replace(figures, sources=(replace(figures.sources[0], name=name),)))
    assert [text.get_text() for text in chart.axes[0].get_yticklabels()] == [name]
    assert "<script" not in charts.as_svg(chart)  # letters are drawn, not written; nothing is read as a formula


def test_without_flags_the_charts_say_so(nothing: WeekFigures) -> None:
    for chart in (charts.flags_by_day(nothing), charts.flags_by_source(nothing)):
        assert "Không có gợi ý nào" in [text.get_text() for text in chart.axes[0].texts]
        assert charts.as_svg(chart).startswith("<svg")


def test_the_font_has_every_vietnamese_letter() -> None:
    font = get_font(findfont(FontProperties(family="DejaVu Sans")))
    assert [letter for letter in VIETNAMESE if ord(letter) not in font.get_charmap()] == []
