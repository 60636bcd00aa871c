"""The stylesheets with the colours of labels, made of the table of labels: one for each theme.

A label has one colour; those of its chip are mixed of it so that text has 4.5:1 and marks have 3:1 in both themes.
"""

from collections.abc import Mapping
from typing import Final

from classifiers.labels import LABELS

_WHITE, _BLACK, _DARK_PAPER = "#ffffff", "#000000", "#1a2224"
_MIXED: Final[Mapping[str, tuple[str, float]]] = {
    "soft": (_WHITE, 0.12),
    "text": (_BLACK, 0.68),
    "edge": (_WHITE, 0.42),
}
_MIXED_IN_THE_DARK: Final[Mapping[str, tuple[str, float]]] = {
    "": (_WHITE, 0.6),
    "soft": (_DARK_PAPER, 0.25),
    "text": (_WHITE, 0.42),
    "edge": (_DARK_PAPER, 0.65),
}
_RULES: Final = """\
.chip-{0} {{ background: var(--label-{0}-soft); color: var(--label-{0}-text); border-color: var(--label-{0}-edge); }}
.tone-{0} .bar-front {{ fill: var(--label-{0}); }}
.edge-{0} {{ border-top: 0.3rem solid var(--label-{0}); }}
.chart .tone-{0}, .key.tone-{0}::before {{ color: var(--label-{0}); }}
"""


def stylesheet(*, dark: bool) -> str:
    """Return the colours of all labels as variables, and in the light theme, which is always loaded, their rules."""
    lines = [
        f"  --label-{label.name}{use and '-'}{use}: {shade};"
        for label in LABELS
        for use, shade in shades(label.colour, dark=dark).items()
    ]
    rules = "" if dark else "".join(_RULES.format(label.name) for label in LABELS)
    return "\n".join((":root {", *lines, "}", rules))


def shades(colour: str, *, dark: bool) -> dict[str, str]:
    """Return the colours of a label by use: `""` for marks, `soft` behind text, `text`, and `edge` around it.

    Args:
        colour: The label's own, as `#rrggbb`.
        dark: Whether they stand on the dark theme.

    """
    mixed = _MIXED_IN_THE_DARK if dark else _MIXED
    return {"": colour, **{use: mix(colour, other, share) for use, (other, share) in mixed.items()}}


def mix(colour: str, other: str, share: float) -> str:
    """Mix two colours, of which the first has a share of 0 to 1."""
    pairs = ((int(colour[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(share * first + (1 - share) * second):02x}" for first, second in pairs)
