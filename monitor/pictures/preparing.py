"""From bytes to pixels, and from pixels to a page that can be read: dark letters of one size, upright, on white."""

import io
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps
from scipy import ndimage

from monitor.errors import PictureError

Grey = NDArray[np.uint8]
"""Brightness or ink, 0 to 255, of shape (height, width)."""
MOST_BYTES: Final = 4_000_000
MOST_PIXELS: Final = 12_000_000
SMALL_PIXELS: Final = 480
_TOO_LARGE: Final = f"the picture has more than {MOST_PIXELS // 1_000_000} million pixels and is left out"
_KINDS: Final = ("JPEG", "PNG", "WEBP", "GIF")
_MOST_READ: Final = 4_000_000
"""Pixels of a page that is read: larger pictures are made smaller first, as letters of 60 px are read no better."""
_BLOCK: Final = 16  # pixels; most of such a square is ground also where large letters stand
_LEAST_CONTRAST: Final = 30
_MOST_DEGREES: Final = 5.5
_LEAST_DEGREES: Final = 0.3
_INK: Final = 60
_LETTER: Final = 28
"""Pixels that most letters are high when the page is read: Tesseract takes it for print of 10 points at 300 dpi."""
_MOST_ENLARGED: Final = 4.0
_LEAST_LETTER: Final = 5  # pixels; smaller spots are grain
_MANY_SPOTS: Final = 60  # three words have as many letters and marks
# Spots, more than a full page of print has; in grain Tesseract looks for words for minutes.
_MOST_LETTERS: Final = 12_000


def opened(data: bytes) -> Image.Image:
    """Decode a picture, in colour, upright as its metadata say, on white.

    Raises:
        PictureError: It is no picture, damaged or too large; it is not decoded before its size is known.

    """
    if len(data) > MOST_BYTES:
        raise PictureError(f"the picture is larger than {MOST_BYTES // 1_000_000} MB and is left out")
    try:
        picture = Image.open(io.BytesIO(data), formats=_KINDS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureError(_TOO_LARGE) from error
    except MemoryError:
        raise
    except Exception as error:  # decoders raise anything
        raise PictureError("this is no JPEG, PNG, WebP or GIF, or a damaged one: it is left out") from error
    if picture.width * picture.height > MOST_PIXELS:
        raise PictureError(_TOO_LARGE)
    try:
        upright = ImageOps.exif_transpose(picture)
        if not upright.has_transparency_data:
            return upright.convert("RGB")
        layer = upright.convert("RGBA")
        ground = Image.new("RGB", layer.size, "white")
        ground.paste(layer, mask=layer)
    except MemoryError:
        raise
    except Exception as error:
        raise PictureError("the picture is damaged and is left out") from error
    return ground


def small(picture: Image.Image) -> bytes:
    """Write a picture as a JPEG of at most 480 px, without metadata."""
    copy = picture.copy()
    copy.thumbnail((SMALL_PIXELS, SMALL_PIXELS))
    copy.info.clear()
    written = io.BytesIO()
    copy.save(written, "JPEG", quality=70, optimize=True)
    return written.getvalue()


def ink(picture: Image.Image) -> Grey:
    """Tell letters from their ground: how far each pixel differs from most of those around it.

    Light letters on dark, dark ones on light, and both in one picture (bubbles of messages) become the same.
    """
    page = np.asarray(picture.convert("L"))
    height, width = page.shape
    rows, columns = -(-height // _BLOCK), -(-width // _BLOCK)
    whole = np.pad(page, ((0, rows * _BLOCK - height), (0, columns * _BLOCK - width)), mode="edge")
    blocks = whole.reshape(rows, _BLOCK, columns, _BLOCK).swapaxes(1, 2).reshape(rows, columns, -1)
    # The second median bridges blocks that a stroke of large letters fills.
    medians = ndimage.median_filter(np.median(blocks, axis=2).astype(np.float32), 3, mode="nearest")
    ground = Image.fromarray(medians).resize(whole.shape[::-1], Image.Resampling.BILINEAR)
    differences = np.abs(page - np.asarray(ground)[:height, :width])
    strongest = max(float(np.percentile(differences, 99.5)), _LEAST_CONTRAST)
    strokes: Grey = np.clip(differences * (255 / strongest), 0, 255).astype(np.uint8)
    return strokes


def has_many_spots(strokes: Grey) -> bool:
    """Tell whether ink lies in many spots, as letters do."""
    return int(ndimage.label(strokes > _INK)[1]) > _MANY_SPOTS


def pages(picture: Image.Image) -> list[Image.Image]:
    """Make pages of a picture that can be read: one, or its two columns; none where nothing looks like letters."""
    if picture.width * picture.height > _MOST_READ:
        picture = ImageOps.scale(picture, (_MOST_READ / (picture.width * picture.height)) ** 0.5)
    strokes, letter = _without_frames(ink(picture))
    if not letter:
        return []
    page = Image.fromarray(strokes)
    if abs(degrees := _skew(page)) > _LEAST_DEGREES:
        page = page.rotate(degrees, Image.Resampling.BICUBIC, expand=True)
    most = min(_MOST_ENLARGED, (_MOST_READ / (page.width * page.height)) ** 0.5)
    if abs((factor := min(_LETTER / letter, most)) - 1) > 0.1:  # noqa: PLR2004  nearly right is right
        page = ImageOps.scale(page, factor, Image.Resampling.BICUBIC if factor > 1 else Image.Resampling.BOX)
    return [ImageOps.invert(column) for column in _columns(page, factor * letter)]


def _without_frames(strokes: Grey) -> tuple[Grey, float]:
    """Take away what is much larger than letters, edges of bubbles and rules; give the usual height of letters too."""
    labels, count = ndimage.label(strokes > _INK, np.ones((3, 3)))
    found = filter(None, ndimage.find_objects(labels))
    boxes = [(box[0].stop - box[0].start, box[1].stop - box[1].start) for box in found]
    sizes = np.array(boxes or [(0, 0)])
    heights, widths = sizes.T
    looks_like_letters = (heights >= _LEAST_LETTER) & (heights <= strokes.shape[0] / 4) & (widths <= 4 * heights)
    if not 0 < np.count_nonzero(looks_like_letters) <= len(heights) <= _MOST_LETTERS:
        return strokes, 0.0
    letter = float(np.median(heights[looks_like_letters]))
    frames = np.zeros(count + 1, bool)
    frames[1:] = (heights > 4 * letter) | (widths > 10 * letter)
    return np.where(ndimage.binary_dilation(frames[labels], iterations=2), 0, strokes).astype(np.uint8), letter


def _skew(page: Image.Image) -> float:
    """Find by how many degrees a page is turned: at the right one, lines and gaps between them differ most."""
    copy = page.copy()
    copy.thumbnail((700, 700), Image.Resampling.BOX)

    def contrast(degrees: float) -> float:
        lines = np.asarray(copy.rotate(degrees, Image.Resampling.BILINEAR), np.float32).sum(axis=1)
        return float(np.square(np.diff(lines)).sum())

    near = max(np.arange(-_MOST_DEGREES, _MOST_DEGREES + 0.1, 0.5), key=contrast)
    return float(max(np.arange(near - 0.4, near + 0.45, 0.1), key=contrast))


def _columns(page: Image.Image, letter: float) -> list[Image.Image]:
    """Cut a page at an empty strip from its first line to its last, when both sides have some lines."""
    marks: NDArray[Any] = np.asarray(page) > 2 * _INK
    lines = np.flatnonzero(marks.any(axis=1))
    if len(lines) < 8 * letter:  # fewer than four lines or so
        return [page]
    # A grain here and there fills no strip.
    empty = marks.sum(axis=0) <= len(lines) / 200
    labels, _ = ndimage.label(empty[page.width // 4 : -(page.width // 4)])
    found = filter(None, ndimage.find_objects(labels))
    strips = [strip[0] for strip in found if strip[0].stop - strip[0].start > letter]
    if not strips:
        return [page]
    widest = max(strips, key=lambda strip: strip.stop - strip.start)
    middle = page.width // 4 + (widest.start + widest.stop) // 2
    sides = [page.crop((0, 0, middle, page.height)), page.crop((middle, 0, page.width, page.height))]
    amounts = [int((np.asarray(side) > 2 * _INK).sum()) for side in sides]
    return sides if min(amounts) > 0.25 * max(amounts) else [page]
