"""The pictures of a report, by the table whose figures they show: the same in document, page and notebook."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from monitor.reports import charts
from monitor.reports.charts import canvas, colour_of, say_nothing, style, whole_numbers
from monitor.reports.concerns import ELSEWHERE
from monitor.reports.figures import ReportFigures
from monitor.reports.method import share_interval
from monitor.reports.quotes import shorten
from monitor.reports.wording import Wording

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Draw = Callable[[ReportFigures, Wording], "Figure"]
_MOST_PLACES: Final = 12
_LONGEST_PLACE: Final = 40
_DARK: Final = 0.55  # of the highest count: above it the number in a cell is white
_MARKERS: Final = ("o", "s", "^", "D", "v", "P")


def topics_by_place(figures: ReportFigures, words: Wording) -> "Figure":
    """Draw the cases of concerns as a grid, a row a place and a column a topic; the number stands in its cell."""
    places = figures.concerns.places[:_MOST_PLACES]
    topics = [row.topic for row in figures.concerns.topics if any(row.topic in place.topics for place in places)]
    topics += [name for place in places for name in place.topics if name not in topics]
    topics = list(dict.fromkeys(topics))
    counts = [[place.topics.get(topic, 0) for topic in topics] for place in places]
    with style():
        figure, (axes,) = canvas(height=1.2 + 0.34 * max(2, len(places)))
        if not counts:
            say_nothing(axes, words.language.say("Chưa có vụ việc nào để chia theo địa bàn."))
            return figure
        highest = max(map(max, counts))
        # Drawn as shapes: a picture inside of an SVG is a data: address, which pages do not load.
        axes.pcolormesh(counts, cmap="Blues", vmin=0, vmax=highest, edgecolors="#c8c8c8", linewidth=0.6)
        axes.invert_yaxis()
        for row, of_place in enumerate(counts):
            for column, count in enumerate(of_place):
                if count:
                    colour = "white" if count > _DARK * highest else "black"
                    text = words.language.number(count)
                    axes.text(column + 0.5, row + 0.5, text, ha="center", va="center", color=colour)
        elsewhere = words.language.say("Nơi khác hoặc chưa rõ")
        names = [elsewhere if place.place == ELSEWHERE else shorten(place.place, _LONGEST_PLACE) for place in places]
        axes.set_yticks([row + 0.5 for row in range(len(places))], names)
        axes.set_xticks([column + 0.5 for column in range(len(topics))], [words.topic(topic) for topic in topics])
        axes.xaxis.tick_top()
        axes.tick_params(length=0)
    return figure


def review_funnel(figures: ReportFigures, words: Wording) -> "Figure":
    """Draw how many flags there are, how many people concluded, confirmed, and chose to be quoted, as stacked bars."""
    say = words.language.say
    quoted = {name: sum(1 for quote in figures.quotes if quote.label == name) for name in figures.label_names}
    steps = {
        say("Gợi ý của máy"): {row.label: row.total for row in figures.labels},
        say("Đã kết luận"): {row.label: row.reviewed for row in figures.labels},
        say("Đã xác nhận"): {row.label: row.states["confirmed"] for row in figures.labels},
        say("Đã chọn trích dẫn"): quoted,
    }
    names = list(reversed(steps))  # the first bar stands lowest
    counts = {label: [steps[name][label] for name in names] for label in figures.label_names}
    with style():
        figure, (axes,) = canvas(height=2.5)
        charts.stack(axes, names, counts, words, horizontal=True)
        axes.set_xlabel(say("Số bài"))
        whole_numbers(axes.xaxis)
        charts.finish(axes, counts, say("Trong kỳ máy không gợi ý bài nào."))
    return figure


def reliability(figures: ReportFigures, words: Wording) -> "Figure":
    """Draw for each label which share of the flags of a probability people confirmed, with 95 % intervals.

    On the dotted line a probability of 80 % means that four of five are right.
    """
    say = words.language.say
    labels = [name for name in figures.label_names if any(row.label == name for row in figures.reliability)]
    with style():
        figure, axes = canvas(height=2.6, columns=max(1, len(labels)))
        if not labels:
            say_nothing(axes[0], say("Chưa có gợi ý nào được kết luận."))
            return figure
        for place, (label, panel) in enumerate(zip(labels, axes, strict=True)):
            _points(panel, label, place, figures)
            panel.set_title(words.short_label(label), fontsize=9)
            panel.set_xlabel(say("Xác suất của máy"))
        axes[0].set_ylabel(say("Tỷ lệ gợi ý đúng"))
    return figure


def _points(axes: "Axes", label: str, place: int, figures: ReportFigures) -> None:
    rows = [row for row in figures.reliability if row.label == label]
    shares = [row.confirmed / row.concluded for row in rows]
    ends = [share_interval(row.confirmed, row.concluded) for row in rows]
    below = [max(0.0, share - low) for share, (low, _) in zip(shares, ends, strict=True)]
    above = [max(0.0, high - share) for share, (_, high) in zip(shares, ends, strict=True)]
    drawn: dict[str, Any] = {"color": colour_of(label, place), "marker": _MARKERS[place % len(_MARKERS)]}
    axes.plot([0, 1], [0, 1], color="#6b6b6b", linewidth=1, linestyle=":", zorder=0)
    said = [row.probability for row in rows]
    axes.errorbar(said, shares, yerr=[below, above], linestyle="none", markersize=5, capsize=2, **drawn)
    axes.set_xlim(0, 1.03)
    axes.set_ylim(-0.03, 1.05)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_ticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
    axes.spines[["top", "right"]].set_visible(False)


PICTURES: Final[Mapping[str, Draw]] = {
    "parts": charts.flags_by_part,
    "sources": charts.flags_by_source,
    "place_results": topics_by_place,
    "states": review_funnel,
    "reliability": reliability,
}
