"""Draws pictures as they go round: notices, cards, two columns, screenshots of messages; clean ones and noisy ones.

Fonts come from the system (Debian: fonts-noto-core fonts-dejavu-core fonts-liberation fonts-roboto-unhinted fonts-inter
fonts-montserrat). A seed draws the same pictures wherever the fonts are the same.
"""

import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Final
from zlib import crc32

from PIL import Image, ImageDraw, ImageFilter, ImageFont

ROOT: Final = Path(__file__).parents[2]
TEXTS: Final = {"corpus": "classifiers/corpus", "tuning": "tests/quality/tuning.jsonl"}
FONTS: Final = (
    *("NotoSans-Regular.ttf", "NotoSerif-Regular.ttf", "DejaVuSans.ttf", "LiberationSans-Regular.ttf"),
    *("LiberationSerif-Regular.ttf", "Roboto-Regular.ttf", "Inter-Regular.otf", "Montserrat-Medium.otf"),
)
LAYOUTS: Final = ("notice", "card", "columns", "phone")
LIGHT: Final = (("#ffffff", "#000000"), ("#fffbe6", "#33261a"), ("#e8f1fb", "#0b2545"), ("#ffd84d", "#b00020"))
DARK: Final = (("#18191a", "#e4e6eb"), ("#0b3d2e", "#ffffff"), ("#8b0000", "#ffe066"), ("#123a7a", "#ffffff"))
_BUBBLES: Final = {
    False: (("#e4e6eb", "#050505"), ("#0866ff", "#ffffff")),
    True: (("#3a3b3c", "#e4e6eb"), ("#0866ff", "#ffffff")),
}
_LEAST_IN_COLUMNS: Final = 220
_LETTERS: Final = frozenset(" \n.,!?:;()\"'-/%0123456789")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture, and what stands in it.

    Args:
        data: As a site serves it.
        image: Before it was compressed.
        written: Everything that stands in it, in the order of reading; a stamp's words do not count.
        text: The post alone.
        layout: One of LAYOUTS.
        noisy: Whether it was turned, stamped across its words, blurred and compressed much.

    """

    data: bytes
    image: Image.Image
    written: str
    text: str
    layout: str
    noisy: bool


def missing_fonts() -> list[str]:
    """Give the fonts that this system has not."""
    return [name for name in FONTS if name not in _font_files()]


@cache
def _font_files() -> dict[str, Path]:
    return {path.name: path for path in Path("/usr/share/fonts").rglob("*.[ot]tf")}


@cache
def texts(name: str) -> list[str]:
    """Read the project's own texts of 60 to 420 letters that every font can show."""
    path = ROOT / TEXTS[name]
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    lines = (json.loads(line).get("text", "") for file in files for line in file.read_text("utf-8").splitlines())
    return [text for text in lines if 60 <= len(text) <= 420 and all(_is_drawable(letter) for letter in text)]


def _is_drawable(letter: str) -> bool:
    return letter in _LETTERS or (letter.isalpha() and (letter.isascii() or "À" <= letter <= "ỹ"))


def pictures(seed: int, source: str, count: int = 200) -> Iterator[Drawn]:
    """Draw pictures of texts of a source; the second half is noisy."""
    for number in range(count):
        layout, font = LAYOUTS[number % 4], FONTS[number // 4 % 8]
        # Nobody sets two lines in two columns.
        fitting = [text for text in texts(source) if layout != "columns" or len(text) >= _LEAST_IN_COLUMNS]
        text = fitting[crc32(f"{seed}/{number}".encode()) % len(fitting)]
        yield draw(f"{seed}/{number}", text, layout, font, noisy=number >= count // 2)


def draw(seed: str, text: str, layout: str, font_name: str, *, noisy: bool) -> Drawn:
    """Draw one picture."""
    chance = Random(seed)  # noqa: S311
    size = chance.randint(14, 60) if layout in ("notice", "card") else chance.randint(14, 36)
    dark = chance.random() < 0.4
    ground, ink = chance.choice(DARK if dark else LIGHT)
    font = ImageFont.truetype(_font_files()[font_name], size)
    if layout == "phone":
        image, written = _phone(chance, text, font, dark=dark)
    else:
        image, written = _page(chance, text, font, layout, ground, ink)
    if chance.random() < 0.5:
        image = _stamped(chance, image, across=noisy)
    if noisy:
        image = image.rotate(
            chance.uniform(-5, 5), Image.Resampling.BICUBIC, expand=True, fillcolor=image.getpixel((2, 2))
        )
        grain = Image.effect_noise(image.size, chance.uniform(5, 25)).convert("RGB")
        image = Image.blend(image, grain, 0.12).filter(ImageFilter.GaussianBlur(chance.uniform(0, size / 40)))
    data = io.BytesIO()
    image.save(data, "JPEG", quality=chance.randint(40, 65) if noisy else chance.randint(66, 90))
    return Drawn(data.getvalue(), image, written, text, layout, noisy)


def wrapped(text: str, font: ImageFont.FreeTypeFont, width: float) -> list[str]:
    """Break a text into lines of at most so many pixels."""
    lines = []
    for paragraph in text.splitlines():
        line = ""
        for word in paragraph.split():
            longer = f"{line} {word}".strip()
            if line and font.getlength(longer) > width:
                lines.append(line)
                line = word
            else:
                line = longer
        lines.append(line)
    return [line for line in lines if line]


def _page(
    chance: Random, text: str, font: ImageFont.FreeTypeFont, layout: str, ground: str, ink: str
) -> tuple[Image.Image, str]:
    """Draw a notice, a card with centred lines, or two columns."""
    size, step = int(font.size), int(font.size * chance.uniform(1.35, 1.7))
    width = size * {"notice": 26, "card": 13, "columns": 14}[layout]
    lines = wrapped(text, font, width)
    half = (len(lines) + 1) // 2 if layout == "columns" else len(lines)
    columns = [lines[:half], lines[half:]] if layout == "columns" else [lines]
    margin = int(size * chance.uniform(1, 2.5))
    image = Image.new("RGB", (margin * (1 + len(columns)) + width * len(columns), step * half + 2 * margin), ground)
    pen = ImageDraw.Draw(image)
    for place, column in enumerate(columns):
        left = margin + place * (width + margin)
        for number, line in enumerate(column):
            indent = (width - font.getlength(line)) / 2 if layout == "card" else 0
            pen.text((left + indent, margin + number * step), line, ink, font)
    return image, "\n".join(lines)


def _phone(chance: Random, text: str, font: ImageFont.FreeTypeFont, *, dark: bool) -> tuple[Image.Image, str]:
    """Draw a screenshot of messages: bars with the time and a name, and each sentence in a bubble."""
    size = int(font.size)
    step, width = int(size * 1.4), size * 26
    ground, ink = ("#000000", "#ffffff") if dark else ("#ffffff", "#000000")
    image = Image.new("RGB", (width, size * 120), ground)
    pen = ImageDraw.Draw(image)
    clock, name = (
        f"{chance.randint(10, 23)}:{chance.randint(10, 59)}",
        chance.choice(("Hội xóm", "Tổ may 3", "Cô Lành")),
    )
    battery = f"{chance.randint(11, 99)}%"
    pen.text((size, size // 2), clock, ink, font)
    pen.text((width - size - font.getlength(battery), size // 2), battery, ink, font)
    pen.rectangle((0, size * 2, width, size * 4.4), "#242526" if dark else "#f0f2f5")
    pen.ellipse((size, size * 2.4, size * 2.6, size * 4), "#8a8d91")
    pen.text((size * 3.4, size * 2.5), name, ink, font)
    top, written = size * 5.5, [f"{clock} {battery}", name]
    for sentence in _sentences(text):
        lines = wrapped(sentence, font, size * 18)
        wide = max(font.getlength(line) for line in lines) + size * 1.4
        colour, letters = _BUBBLES[dark][chance.random() < 0.3]
        left = size if colour != "#0866ff" else width - size - wide
        pen.rounded_rectangle((left, top, left + wide, top + step * len(lines) + size), size * 0.8, colour)
        for place, line in enumerate(lines):
            pen.text((left + size * 0.7, top + size * 0.4 + place * step), line, letters, font)
        top += step * len(lines) + size * 1.5
        written += lines
    pen.rectangle((0, top + size, width, top + size * 3), "#242526" if dark else "#f0f2f5")
    return image.crop((0, 0, width, int(top + size * 3))), "\n".join(written)


def _sentences(text: str) -> Sequence[str]:
    ends = text.replace("! ", "!\n").replace("? ", "?\n").replace(". ", ".\n").splitlines()
    return [sentence for sentence in ends if sentence.strip()]


def _stamped(chance: Random, image: Image.Image, *, across: bool) -> Image.Image:
    """Press a round red stamp: across the words, or below them."""
    side = max(70, min(image.size) // 3)
    page = image if across else Image.new("RGB", (image.width, image.height + side), image.getpixel((2, 2)))
    page.paste(image)
    layer = Image.new("RGBA", page.size)
    left, top = chance.randint(0, max(0, page.width - side)), chance.randint(0, max(0, page.height - side))
    top = top if across else image.height - 4
    pen = ImageDraw.Draw(layer)
    colour = (200, 20, 20, 150)
    for inset in (0, side // 8):
        pen.ellipse((left + inset, top + inset, left + side - inset - 4, top + side - inset - 4), None, colour, 3)
    pen.polygon(
        [
            (left + side * x, top + side * y)
            for x, y in ((0.5, 0.35), (0.4, 0.62), (0.62, 0.45), (0.36, 0.45), (0.6, 0.62))
        ],
        colour,
    )
    return Image.alpha_composite(page.convert("RGBA"), layer).convert("RGB")
