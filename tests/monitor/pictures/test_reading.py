"""Pictures: what is refused before it is decoded, what is read, and what is kept of it."""

import io
import zlib
from struct import pack

import pytest

from monitor.collectors.isolation.parser import ParserLimits, ProcessParser
from monitor.errors import NotReady, PictureError
from monitor.pictures import reading
from tests.monitor.collectors.hostile import answer

Image = pytest.importorskip("PIL.Image", reason="the extra `pictures` is not installed")

from monitor.pictures import fingerprint, preparing  # noqa: E402
from tests.pictures.changes import CHANGES, changed, encoded, scene  # noqa: E402
from tests.pictures.drawing import FONTS, draw, missing_fonts  # noqa: E402

needs_recogniser = pytest.mark.skipif(reading.recogniser() is None, reason="tesseract-ocr-vie is not installed")
needs_fonts = pytest.mark.skipif(FONTS[2] in missing_fonts(), reason="fonts-dejavu-core is not installed")
RUMOUR = "Nghe nói từ ngày mai công ty cắt hết tiền thưởng Tết. Ai cũng phải ký giấy tự nguyện nghỉ việc!"


def png(width: int, height: int, **chunks: bytes) -> bytes:
    """Write the head of a PNG that claims to be so large."""
    parts = {"IHDR": pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)} | chunks
    body = b"".join(
        pack(">I", len(data)) + name.encode() + data + pack(">I", zlib.crc32(name.encode() + data))
        for name, data in parts.items()
    )
    return b"\x89PNG\r\n\x1a\n" + body


def fingerprint_of(picture: bytes, text: str = "") -> bytes:
    square = preparing.opened(picture).resize((fingerprint.SIDE, fingerprint.SIDE))
    strokes = preparing.ink(square)
    return fingerprint.of(strokes, text, may_have_letters=preparing.has_many_spots(strokes))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no JPEG, PNG, WebP or GIF"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no JPEG, PNG, WebP or GIF"),
        (b"BM" + b"\0" * 200, "no JPEG, PNG, WebP or GIF"),
        (b"\xff\xd8\xff" + b"\0" * 4_000_000, "larger than 4 MB"),
        (png(4_000, 3_001, IDAT=b""), "more than 12 million pixels"),
        (png(30_000, 30_000, IDAT=zlib.compress(b"\0" * 90_000)), "more than 12 million pixels"),
        (png(300, 300, IDAT=b"no pixels"), "damaged"),
    ],
)
def test_what_is_no_picture_or_too_large_is_refused_in_one_line(data: bytes, said: str) -> None:
    with pytest.raises(PictureError, match=said):
        preparing.opened(data)


def test_a_picture_is_upright_on_white_and_its_small_copy_has_no_metadata() -> None:
    turned, exif = Image.new("RGBA", (900, 600), (0, 0, 0, 0)), Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "a phone"  # turned by a quarter, and its maker
    written = io.BytesIO()
    turned.save(written, "PNG", exif=exif)
    picture = preparing.opened(written.getvalue())
    assert picture.size == (600, 900)
    assert picture.getpixel((300, 400)) == (255, 255, 255)
    small = Image.open(io.BytesIO(preparing.small(picture)))
    assert (small.size, small.format, dict(small.getexif())) == ((320, 480), "JPEG", {})


def test_of_a_gif_the_first_frame_is_read() -> None:
    frames = [Image.new("RGB", (30, 20), colour) for colour in ("#ff0000", "#00ff00")]
    written = io.BytesIO()
    frames[0].save(written, "GIF", save_all=True, append_images=frames[1:])
    assert preparing.opened(written.getvalue()).getpixel((5, 5)) == (255, 0, 0)


@pytest.mark.parametrize("name", sorted({*CHANGES} - {"framed", "on a phone", "cropped"}))  # those are found by words
def test_a_changed_picture_without_words_is_found_by_keys_and_fingerprint(name: str) -> None:
    picture = scene(3)
    first, second = fingerprint_of(encoded(picture)), fingerprint_of(changed(picture, name, name))
    assert len(first) == len(second) == fingerprint.LENGTH
    assert {*fingerprint.fingerprint_keys(first)} & {*fingerprint.fingerprint_keys(second)}
    assert fingerprint.same_picture(first, second)


def test_other_pictures_and_plain_grounds_are_not_the_same() -> None:
    marks = [fingerprint_of(encoded(scene(number))) for number in range(8)]
    marks += [fingerprint_of(encoded(Image.new("RGB", (300, 200), colour))) for colour in ("#ffffff", "#ff0000")]
    assert not any(fingerprint.same_picture(one, other) for at, one in enumerate(marks) for other in marks[:at])


def test_words_tell_pictures_of_one_outline_apart_and_find_one_of_another() -> None:
    one, other = encoded(scene(1)), encoded(scene(2))
    rumour = fingerprint_of(one, RUMOUR)
    assert not fingerprint.same_picture(
        rumour, fingerprint_of(one, "Mai nghỉ học để dọn trường, các em mang theo chổi")
    )
    assert fingerprint.same_picture(rumour, fingerprint_of(other, "9:41 87%\n" + RUMOUR.replace("thưởng", "thuởng")))


def test_without_the_recogniser_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "recogniser", lambda: None)
    with pytest.raises(NotReady, match=r"install the `pictures` extra.*tesseract-ocr-vie"):
        reading.read_picture(b"")


@needs_recogniser
@needs_fonts
@pytest.mark.parametrize("layout", ["notice", "card", "columns", "phone"])
async def test_words_are_read_within_the_limits_of_the_parsing_process(layout: str) -> None:
    drawn = draw(layout, f"{RUMOUR} {RUMOUR}", layout, FONTS[2], noisy=False)
    parser = ProcessParser(ParserLimits())
    try:
        found = await parser.run(reading.read_answer, answer(drawn.data), ())
    finally:
        await parser.aclose()
    assert " ".join(found.text.split()).count("tự nguyện nghỉ việc") == 2
    assert found.confidence > 0.9


@needs_recogniser
def test_a_picture_without_words_gives_none() -> None:
    found = reading.read_picture(encoded(scene(5)))
    assert found.text == "" or found.confidence < reading.READABLE
