"""Charts as data, and as SVG without a library: neither pages of the desk nor reports load scripts or pictures.

At the desk colours are classes of the style sheet (`tone-…`), so that the dark theme has its own; a report names them.
Each chart stands beside a table of its figures, so it is hidden from screen readers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from markupsafe import Markup

_NAMESPACE: Final = "http://www.w3.org/2000/svg"
WIDTH: Final = 640
NARROW: Final = 360  # of a chart that stands beside its table
HEIGHT: Final = 190
PERCENTS: Final = (0, 25, 50, 75, 100)
_LEFT: Final = 44  # for the numbers of the axis
_BOTTOM: Final = 26
_TOP: Final = 10
_RIGHT: Final = 24  # half of the last name
_NUMBER: Final = 44  # behind a bar
_ROW: Final = 40  # the name above, the bar below it
_LOW_ROW: Final = 24  # the name beside its bar
_NAMES: Final = 190  # the room for names beside bars
_BAR: Final = 14
_FAINT: Final = 0.45  # the opacity of an interval
_LETTER: Final = 7.5  # the width of one, in the mean
_STEPS: Final = 100  # the parts of a row that shows a share


@dataclass(frozen=True, slots=True)
class Column:
    """One column of stacked parts; `name` stands below it, empty where there is no room for all."""

    name: str
    parts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a row.

    Args:
        share: Its share of the width of all rows, 0 to 1.
        tone: What it stands for, a class of the desk's style sheet; empty: nothing is drawn.
        colour: Its colour as `#rrggbb` where no style sheet says it.
        faint: Whether it is drawn light: an interval around a point.

    """

    share: float
    tone: str = ""
    colour: str = ""
    faint: bool = False


@dataclass(frozen=True, slots=True)
class Strip:
    """One row: its name, its segments from the left, and the number behind them."""

    name: str
    segments: tuple[Segment, ...]
    number: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """Rows below each other.

    Args:
        strips: The rows.
        keys: What each colour stands for, as (tone, colour, name).
        in_percent: Whether the width of a row is 0 to 100 %, which is written below.
        description: What it shows.

    """

    strips: tuple[Strip, ...]
    keys: tuple[tuple[str, str, str], ...] = ()
    in_percent: bool = False
    description: str = ""


def bar(
    name: str, parts: Mapping[str, int], highest: int, number: str, colours: Mapping[str, str] | None = None
) -> Strip:
    """Return a row of counts by tone, as wide as they are of `highest`."""
    named = colours or {}
    segments = (Segment(count / max(1, highest), tone, named.get(tone, "")) for tone, count in parts.items() if count)
    return Strip(name, tuple(segments), number)


def share(
    name: str,
    tone: str,
    value: float,
    interval: tuple[float, float],
    *,
    expected: float | None = None,
) -> Strip:
    """Return a row that shows a share within its interval, all 0 to 1, and a mark where it was expected."""
    mark, point, around = (
        Segment(0, "expected"),
        Segment(0, tone),
        Segment(0, tone, faint=True),
    )

    def drawn(step: int) -> Segment:
        at = (step + 0.5) / _STEPS
        if abs(at - value) < 1 / _STEPS:
            return point
        if expected is not None and abs(at - expected) < 0.51 / _STEPS:
            return mark
        return around if interval[0] <= at <= interval[1] else Segment(0)

    runs = ((kind, len(list(steps)) / _STEPS) for kind, steps in groupby(map(drawn, range(_STEPS))))
    return Strip(name, tuple(Segment(width, kind.tone, faint=kind.faint) for kind, width in runs))


def rows(chart: Chart, width: int = WIDTH, *, beside: bool = False) -> Markup:
    """Draw the rows of a chart, with their names above them or beside them."""
    left, height = (_NAMES, _LOW_ROW) if beside else (0, _ROW)
    room = width - left - _NUMBER
    foot = height * len(chart.strips)
    drawn = [_key(number, *key) for number, key in enumerate(chart.keys)]
    top = _LOW_ROW if chart.keys else 0
    if chart.in_percent:
        for percent in PERCENTS:
            x = left + room * percent / 100
            line = Markup('<line class="grid" stroke="#d0d0d0" x1="{0:.1f}" x2="{0:.1f}" y1="{1}" y2="{2}"/>')
            drawn += [line.format(x, top, top + foot), _text(x, top + foot + 18, f"{percent}%", "middle")]
    for place, strip in enumerate(chart.strips):
        y = top + place * height + (height - _BAR - 3)
        drawn.append(_text(0, y + (12 if beside else -5), _shortened(strip.name, left or width), "start"))
        end = float(left)
        for segment in strip.segments:
            drawn.append(_rectangle(segment, end, y, segment.share * room))
            end += segment.share * room
        if strip.number:
            drawn.append(_text(end + 6, y + 12, strip.number, "start"))
    return _svg(top + foot + (_BOTTOM if chart.in_percent else 0), drawn, width)


def _key(number: int, tone: str, colour: str, name: str) -> Markup:
    x = number * WIDTH / 3
    return _rectangle(Segment(0, tone, colour), x, 2, _BAR) + _text(x + _BAR + 6, 14, name, "start")


def _rectangle(segment: Segment, x: float, y: float, width: float) -> Markup:
    if not segment.tone:
        return Markup()
    fill = Markup(' fill="{}"').format(segment.colour) if segment.colour else Markup()
    faint = Markup(' opacity="{}"').format(_FAINT) if segment.faint else Markup()
    drawn = Markup('<rect class="tone-{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{}"{}{}/>')
    return drawn.format(segment.tone, x, y, width, _BAR, fill, faint)


def columns(found: Sequence[Column]) -> Markup:
    """Draw columns of stacked parts."""
    top = _round_up(max((sum(column.parts.values()) for column in found), default=0))
    scale = (HEIGHT - _TOP - _BOTTOM) / top
    step = (WIDTH - _LEFT - _RIGHT) / max(1, len(found))
    drawn = [_level(part * top, HEIGHT - _BOTTOM - part * top * scale) for part in (0, 0.5, 1)]
    for place, column in enumerate(found):
        left, foot = _LEFT + place * step, float(HEIGHT - _BOTTOM)
        for tone, count in column.parts.items():
            foot -= count * scale
            if count:
                part = Markup('<rect class="tone-{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>')
                drawn.append(part.format(tone, left + step * 0.15, foot, step * 0.7, count * scale))
        if column.name:
            drawn.append(_text(left + step / 2, HEIGHT - 8, column.name, "middle"))
    return _svg(HEIGHT, drawn)


def _svg(height: float, drawn: Sequence[Markup], width: int = WIDTH) -> Markup:
    start = Markup('<svg xmlns="{}" class="chart" viewBox="0 0 {} {:.0f}" font-size="14" aria-hidden="true">')
    return start.format(_NAMESPACE, width, height) + Markup("").join(drawn) + Markup("</svg>")


def _text(x: float, y: float, text: str, anchor: str) -> Markup:
    return Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(x, y, anchor, text)


def _level(value: float, y: float) -> Markup:
    line = Markup('<line class="grid" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>').format(_LEFT, WIDTH, y, y)
    return line + _text(_LEFT - 8, y + 4, f"{value:.0f}" if value == int(value) else "", "end")


def _round_up(highest: int) -> int:
    """Return where the axis ends: 1, 2 or 5 times a power of ten, at least `highest`."""
    size = 1
    while True:
        for step in (1, 2, 5):
            if highest <= step * size:
                return step * size
        size *= 10


def _shortened(name: str, room: float) -> str:
    longest = int(room / _LETTER)
    return name if len(name) <= longest else name[: longest - 1].rstrip() + "…"
