"""The colours of labels can be told apart from what they stand on, whatever colour a label is given."""

import pytest

from classifiers.labels import LABELS, Label
from monitor.desk.pages.appearance import shades, stylesheet

PAPER = {True: "#1a2224", False: "#ffffff"}
BEHIND_BARS = {True: "#2b3638", False: "#e6ebe9"}  # --bar of the two themes
OF_NO_TABLE = "#5b6770"  # the colour of a label that names none


def luminance(colour: str) -> float:
    """Give the relative luminance of WCAG 2.2."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(first: str, second: str) -> float:
    darker, lighter = sorted((luminance(first), luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("colour", [*(label.colour for label in LABELS), OF_NO_TABLE])
def test_text_and_marks_have_enough_contrast(colour: str, dark: bool) -> None:
    found = shades(colour, dark=dark)
    assert contrast(found["text"], found["soft"]) >= 4.5
    assert contrast(found[""], PAPER[dark]) >= 3
    assert contrast(found[""], BEHIND_BARS[dark]) >= 3


def test_every_label_has_its_colours_in_both_themes() -> None:
    light, dark = stylesheet(dark=False), stylesheet(dark=True)
    for label in LABELS:
        assert f"--label-{label.name}: {label.colour};" in light
        assert f".chip-{label.name} " in light
        assert f"--label-{label.name}: {shades(label.colour, dark=True)['']};" in dark
    assert ".chip-" not in dark
    assert OF_NO_TABLE in Label.__dataclass_fields__["colour"].default
