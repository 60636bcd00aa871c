"""Charts of the overview, drawn as SVG without a library: pages of the desk load no script and carry no inline style.

Colours are classes of the style sheet, so that the dark theme has its own. Each chart stands beside a table of its
figures, so it is hidden from screen readers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from monitor.desk.web.language import thousands

WIDTH: Final = 640
NARROW: Final = 360  # of a chart that stands beside its table
HEIGHT: Final = 190
_LEFT: Final = 44  # for the numbers of the axis
_BOTTOM: Final = 26
_TOP: Final = 10
_RIGHT: Final = 24  # half of the last name
_ROW: Final = 50  # the name above, the interval below it
_LONGEST_NAME: Final = 48  # characters


@dataclass(frozen=True, slots=True)
class Column:
    """One column of stacked parts; `name` stands below it, empty where there is no room for all."""

    name: str
    parts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its interval, all between 0 and 1; `expected` is what it should be, None: nothing."""

    name: str
    tone: str
    value: float
    low: float
    high: float
    expected: float | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar with its name above it."""

    name: str
    value: int


def bars(found: Sequence[Bar]) -> Markup:
    """Draw a bar for each count, with its number behind it; narrow, to stand beside a table."""
    highest = max((bar.value for bar in found), default=1)
    drawn = []
    for place, bar in enumerate(found):
        top, length = place * _ROW + 18, (NARROW - _LEFT) * bar.value / highest
        drawn.append(_text(0, top - 4, _shortened(bar.name, NARROW * _LONGEST_NAME // WIDTH), "start"))
        part = Markup('<rect class="tone-none" x="0" y="{:.0f}" width="{:.1f}" height="16" rx="2"/>')
        drawn.append(part.format(top + 2, length))
        drawn.append(_text(length + 8, top + 16, thousands(bar.value), "start"))
    return _svg(_ROW * len(found), drawn, NARROW)


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


def shares(found: Sequence[Share]) -> Markup:
    """Draw a row for each share: a point with its interval, and a mark where it should be."""
    foot = float(_ROW * len(found))
    drawn = []
    for percent in (0, 25, 50, 75, 100):
        drawn.append(_upright("grid", _across(percent / 100), 0, foot))
        drawn.append(_text(_across(percent / 100), foot + 18, f"{percent}%", "middle"))
    for place, share in enumerate(found):
        middle = (place + 0.7) * _ROW
        drawn.append(_text(0, middle - 16, _shortened(share.name), "start"))
        if share.expected is not None:
            drawn.append(_upright("expected", _across(share.expected), middle - 11, middle + 11))
        point = Markup(
            '<g class="tone-{0}"><line class="interval" x1="{1:.1f}" x2="{2:.1f}" y1="{3:.1f}" y2="{3:.1f}"/>'
            '<circle cx="{4:.1f}" cy="{3:.1f}" r="6"/></g>'
        )
        drawn.append(point.format(share.tone, _across(share.low), _across(share.high), middle, _across(share.value)))
    return _svg(foot + _BOTTOM, drawn)


def _svg(height: float, drawn: Sequence[Markup], width: int = WIDTH) -> Markup:
    start = Markup('<svg class="chart" viewBox="0 0 {} {:.0f}" aria-hidden="true" focusable="false">')
    return start.format(width, height) + Markup("").join(drawn) + Markup("</svg>")


def _text(x: float, y: float, text: str, anchor: str) -> Markup:
    return Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(x, y, anchor, text)


def _upright(kind: str, x: float, top: float, foot: float) -> Markup:
    return Markup('<line class="{0}" x1="{1:.1f}" x2="{1:.1f}" y1="{2:.1f}" y2="{3:.1f}"/>').format(kind, x, top, foot)


def _level(value: float, y: float) -> Markup:
    line = Markup('<line class="grid" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>').format(_LEFT, WIDTH, y, y)
    return line + _text(_LEFT - 8, y + 4, f"{value:.0f}" if value == int(value) else "", "end")


def _across(value: float) -> float:
    return _RIGHT + value * (WIDTH - 2 * _RIGHT)


def _round_up(highest: int) -> int:
    """Return where the axis ends: 1, 2 or 5 times a power of ten, at least `highest`."""
    size = 1
    while True:
        for step in (1, 2, 5):
            if highest <= step * size:
                return step * size
        size *= 10


def _shortened(name: str, longest: int = _LONGEST_NAME) -> str:
    return name if len(name) <= longest else name[: longest - 1].rstrip() + "…"
