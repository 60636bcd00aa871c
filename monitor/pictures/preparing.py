"""From bytes to pixels: what is not a picture is refused before it is decoded."""

import io
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from monitor.errors import PictureError

MOST_BYTES: Final = 4_000_000
MOST_PIXELS: Final = 12_000_000
SMALL_PIXELS: Final = 480
_KINDS = ("JPEG", "PNG", "WEBP", "GIF")


def opened(data: bytes) -> Image.Image:
    """Decode a picture upright, on white, in colour.

    Raises:
        PictureError: It is no picture, damaged or too large.

    """
    if len(data) > MOST_BYTES:
        raise PictureError(f"the picture is larger than {MOST_BYTES // 1_000_000} MB and is left out")
    try:
        picture = Image.open(io.BytesIO(data), formats=_KINDS)
    except Exception as error:
        raise PictureError("this is no JPEG, PNG, WebP or GIF, or a damaged one: it is left out") from error
    if picture.width * picture.height > MOST_PIXELS:
        raise PictureError(f"the picture has more than {MOST_PIXELS // 1_000_000} million pixels and is left out")
    try:
        upright = ImageOps.exif_transpose(picture)
        if not upright.has_transparency_data:
            return upright.convert("RGB")
        layer = upright.convert("RGBA")
        ground = Image.new("RGB", layer.size, "white")
        ground.paste(layer, mask=layer)
    except MemoryError:
        raise
    except Exception as error:  # decoders raise anything
        raise PictureError("the picture is damaged and is left out") from error
    return ground


def grey(picture: Image.Image) -> NDArray[np.uint8]:
    """Give the brightness of a picture, shape (height, width)."""
    return np.asarray(picture.convert("L"))


def for_reading(picture: Image.Image) -> Image.Image:
    """Make the letters of a picture dark on light."""
    page = picture.convert("L")
    return ImageOps.invert(page) if np.median(np.asarray(page)) < 128 else page  # noqa: PLR2004


def small(picture: Image.Image) -> bytes:
    """Write a picture as a JPEG of at most 480 px, without metadata."""
    copy = picture.copy()
    copy.thumbnail((SMALL_PIXELS, SMALL_PIXELS))
    copy.info.clear()
    written = io.BytesIO()
    copy.save(written, "JPEG", quality=70, optimize=True)
    return written.getvalue()
