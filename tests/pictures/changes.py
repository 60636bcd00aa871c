"""Twelve kinds of change that a picture goes through on its way, and pictures without words."""

import io
from collections.abc import Callable, Mapping
from random import Random
from typing import Final

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

Change = Callable[[Image.Image, Random], Image.Image]


def encoded(image: Image.Image, kind: str = "JPEG", quality: int = 80) -> bytes:
    """Write a picture as a site would serve it."""
    written = io.BytesIO()
    image.save(written, kind, quality=quality)
    return written.getvalue()


def _resized(image: Image.Image, chance: Random) -> Image.Image:
    factor = chance.uniform(0.4, 1.6)
    return image.resize((round(image.width * factor), round(image.height * factor)), Image.Resampling.LANCZOS)


def _cropped(image: Image.Image, chance: Random) -> Image.Image:
    """Cut one edge or all of them by up to a tenth."""
    shares = [chance.uniform(0, 0.1) for _ in range(4)]
    if chance.random() < 0.5:
        edge = chance.randrange(4)
        shares = [share if place == edge else 0 for place, share in enumerate(shares)]
    left, top, right, bottom = shares
    width, height = image.size
    return image.crop((int(left * width), int(top * height), int(width * (1 - right)), int(height * (1 - bottom))))


def _framed(image: Image.Image, chance: Random) -> Image.Image:
    """Put a frame around it, or a bar above or below."""
    bar = round(image.height * chance.uniform(0.05, 0.15))
    edges = chance.choice(((bar, bar, bar, bar), (0, bar, 0, 0), (0, 0, 0, bar)))
    ground = Image.new("RGB", (image.width + edges[0] + edges[2], image.height + edges[1] + edges[3]), _colour(chance))
    ground.paste(image, edges[:2])
    return ground


def _on_phone(image: Image.Image, chance: Random) -> Image.Image:
    """Show it on a phone with bars of signs above and below."""
    width = chance.choice((720, 1080))
    shown = image.resize((width, round(image.height * width / image.width)), Image.Resampling.BICUBIC)
    screen = Image.new("RGB", (width, shown.height + width // 3), chance.choice(("#000000", "#ffffff")))
    screen.paste(shown, (0, width // 6))
    pen = ImageDraw.Draw(screen)
    for place in range(4):
        left = width * (2 * place + 1) // 8
        pen.rectangle((left - 20, 20, left + 20, 40), "#777777")
        pen.ellipse((left - 30, screen.height - 90, left + 30, screen.height - 30), None, "#777777", 6)
    return screen


def _stamped(image: Image.Image, chance: Random) -> Image.Image:
    """Press a mark on a corner."""
    side = min(image.size) // 4
    left, top = chance.choice((0, image.width - side)), chance.choice((0, image.height - side))
    layer = Image.new("RGBA", image.size)
    pen = ImageDraw.Draw(layer)
    pen.ellipse((left + 2, top + 2, left + side - 2, top + side - 2), (*_colour(chance), 120), (255, 0, 0, 200), 3)
    return Image.alpha_composite(image.convert("RGBA"), layer).convert("RGB")


def _colour(chance: Random) -> tuple[int, int, int]:
    return chance.randrange(256), chance.randrange(256), chance.randrange(256)


def _same(image: Image.Image, _: Random) -> Image.Image:
    return image


CHANGES: Final[Mapping[str, Change]] = {
    "resized": _resized,
    "compressed": _same,
    "cropped": _cropped,
    "framed": _framed,
    "brightness": lambda image, chance: ImageEnhance.Brightness(image).enhance(chance.uniform(0.6, 1.5)),
    "contrast": lambda image, chance: ImageEnhance.Contrast(image).enhance(chance.uniform(0.6, 1.6)),
    "grey": lambda image, _: image.convert("L").convert("RGB"),
    "blurred": lambda image, chance: image.filter(ImageFilter.GaussianBlur(chance.uniform(0.5, 1.5))),
    "sharpened": lambda image, _: image.filter(ImageFilter.SHARPEN),
    "on a phone": _on_phone,
    "stamped": _stamped,
    "another format": _same,
}


def changed(image: Image.Image, name: str, seed: str) -> bytes:
    """Change a picture in one of the kinds."""
    chance = Random(seed)  # noqa: S311
    quality = chance.randint(30, 90) if name == "compressed" else chance.randint(70, 90)
    kind = chance.choice(("PNG", "WEBP")) if name == "another format" else "JPEG"
    return encoded(CHANGES[name](image, chance), kind, quality)


def scene(seed: int) -> Image.Image:
    """Draw a picture without words: sky and ground, hills, houses."""
    chance = Random(seed)  # noqa: S311
    width, height = chance.randint(400, 900), chance.randint(300, 700)
    image = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    image = Image.blend(image, Image.new("RGB", image.size, _colour(chance)), 0.6)
    pen = ImageDraw.Draw(image)
    for _ in range(chance.randint(6, 14)):
        left, top = chance.randint(-50, width), chance.randint(-50, height)
        box = (left, top, left + chance.randint(30, width // 2), top + chance.randint(30, height // 2))
        chance.choice((pen.ellipse, pen.rectangle))(box, _colour(chance))
    return image.filter(ImageFilter.GaussianBlur(2))
