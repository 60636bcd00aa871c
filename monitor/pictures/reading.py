"""One picture, read: its words, its fingerprint, and a small copy without metadata.

Nothing here imports the libraries of the extra `pictures` before a picture is read.
"""

from dataclasses import dataclass
from typing import Final

from monitor.collectors.http.fetched import Fetched
from monitor.errors import NotReady

READABLE: Final = 0.6
"""Below this confidence the words of a picture are shown as unreadable."""
_MISSING = (
    "pictures cannot be read: install the `pictures` extra, and Tesseract's data for Vietnamese (tesseract-ocr-vie)"
)


@dataclass(frozen=True, slots=True)
class PictureReading:
    """What one picture holds.

    Args:
        text: Recognised lines, NFC; empty where there are none.
        confidence: 0 to 1: the mean over the words, weighted by their letters; 0 where there are none.
        fingerprint: Perceptual hashes, always of one length; see `monitor.pictures.fingerprint`.
        small: A JPEG of at most 480 px without metadata.

    """

    text: str
    confidence: float
    fingerprint: bytes
    small: bytes


def recogniser() -> str | None:
    """Give the name and version of the recogniser; None where the extra or the data for Vietnamese are missing."""
    try:
        from monitor.pictures import recognising
    except ImportError:
        return None
    return recognising.version() if recognising.data_folder() else None


def read_picture(data: bytes) -> PictureReading:
    """Read a picture: JPEG, PNG, WebP or the first frame of a GIF.

    It takes up to two seconds and 150 MB, and what strangers send may want more: run it in the parsing process.

    Raises:
        PictureError: It is none of these, damaged or too large.
        NotReady: The extra or the data for Vietnamese are missing.

    """
    if recogniser() is None:
        raise NotReady(_MISSING)
    from monitor.pictures import fingerprint, preparing, recognising

    picture = preparing.opened(data)
    text, confidence = recognising.recognised(preparing.pages(picture))
    square = preparing.ink(picture.resize((fingerprint.SIDE, fingerprint.SIDE)))
    words = text if confidence >= READABLE else ""
    marks = fingerprint.of(square, words, may_have_letters=preparing.has_many_spots(square))
    return PictureReading(text, confidence, marks, preparing.small(picture))


def read_answer(fetched: Fetched) -> PictureReading:
    """Read the picture that an answer brought; as `PoliteClient.parse` calls it in the parsing process."""
    return read_picture(fetched.body)
