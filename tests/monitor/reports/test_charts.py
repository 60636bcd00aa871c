"""The charts draw what was counted, the same figures as the same bytes, in letters that Vietnamese needs."""

from dataclasses import replace
from itertools import pairwise

import pytest
from lxml import etree
from matplotlib.colors import to_rgb
from matplotlib.font_manager import FontProperties, findfont, get_font

from classifiers.labels import LABELS
from monitor.reports import charts
from monitor.reports.charts import PICTURES, reliability, review_funnel, topics_by_place
from monitor.reports.comparison import Count, compare
from monitor.reports.concerns import PlaceFigures
from monitor.reports.figures import ReportFigures
from monitor.reports.wording import Wording, load_language
from storage.figures.report_counts import ConcludedFlags

VIETNAMESE = "ĂÂĐÊÔƠƯăâđêôơưáàảãạấầẩẫậắằẳẵặéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ"
WORDS = Wording(load_language("vi"))
NOTHING_BEFORE = compare(Count(15), [], complete=True)


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
    said = {
        "parts": "Không có bài nào đã xác nhận",
        "sources": "Không có bài nào đã xác nhận",
        "place_results": "Chưa có vụ việc nào để chia theo địa bàn.",
        "states": "Trong kỳ máy không gợi ý bài nào.",
        "reliability": "Chưa có gợi ý nào được kết luận.",
    }
    for name, draw in PICTURES.items():
        chart = draw(nothing, WORDS)
        assert said[name] in [text.get_text() for text in chart.axes[0].texts]
        assert charts.as_svg(chart).startswith("<svg")


def test_the_grid_of_topics_and_places_holds_the_counts_of_the_table(figures: ReportFigures) -> None:
    place = PlaceFigures(place="Xã Tà Lèng", states={}, topics={"wages": 12, "other": 3}, comparison=NOTHING_BEFORE)
    elsewhere = replace(place, place="", topics={"wages": 4})
    concerns = replace(figures.concerns, places=(place, elsewhere))
    axes = topics_by_place(replace(figures, concerns=concerns), WORDS).axes[0]
    assert [text.get_text() for text in axes.get_xticklabels()] == ["lương", "khác"]
    assert [text.get_text() for text in axes.get_yticklabels()] == ["Xã Tà Lèng", "Nơi khác hoặc chưa rõ"]
    assert [text.get_text() for text in axes.texts] == ["12", "3", "4"]
    assert "data:" not in charts.as_svg(axes.figure)  # which the page's own policy would not load


def test_the_funnel_narrows_from_suggested_to_quoted(figures: ReportFigures) -> None:
    axes = review_funnel(figures, WORDS).axes[0]
    names = [text.get_text() for text in axes.get_yticklabels()]
    assert names == ["Đã chọn trích dẫn", "Đã xác nhận", "Đã kết luận", "Gợi ý của máy"]
    assert [text.get_text() for text in axes.texts] == ["2", "2", "3", "5"]


def test_reliability_draws_each_band_with_its_interval(figures: ReportFigures) -> None:
    rows = (ConcludedFlags("concern", 7, 0.75, 40, 30), ConcludedFlags("concern", 9, 0.95, 40, 40))
    (axes,) = reliability(replace(figures, reliability=rows), WORDS).axes
    points, _, bars = axes.containers[0]
    assert points.get_xydata().tolist() == [[0.75, 0.75], [0.95, 1.0]]
    assert [len(lines.get_segments()) for lines in bars] == [2]


def test_labels_can_be_told_apart_without_colours() -> None:
    """In grey print, by lightness L* of CIE 1976, which the eye takes for even steps."""
    lights = sorted(lightness(label.chart_colour) for label in LABELS)
    assert all(lighter - darker > 12 for darker, lighter in pairwise(lights))
    assert lights[-1] < 80  # and all of them from paper


def lightness(colour: str) -> float:
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(colour)]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 116 * luminance ** (1 / 3) - 16


@pytest.mark.parametrize("name", PICTURES)
def test_each_picture_is_the_same_every_time_as_svg_and_png(name: str, figures: ReportFigures) -> None:
    first, second = (PICTURES[name](figures, WORDS) for _ in range(2))
    assert charts.as_svg(first) == charts.as_svg(second)
    assert charts.as_png(first) == charts.as_png(second)


def test_the_font_has_every_vietnamese_letter() -> None:
    font = get_font(findfont(FontProperties(family="DejaVu Sans")))
    assert [letter for letter in VIETNAMESE if ord(letter) not in font.get_charmap()] == []
