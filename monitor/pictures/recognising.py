"""Words in a picture, by Tesseract in this process: its limits of time and memory hold for it too."""

import os
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import groupby
from pathlib import Path

import tesserocr
from PIL import Image

_FOLDERS = ("/usr/share/tesseract-ocr/5/tessdata", "/usr/share/tessdata", "/usr/local/share/tessdata")
_DOTS_PER_INCH = 300
_WORD = "5"  # the level of a row
_LEAST_OF_WORD = 0.2


def version() -> str:
    """Give the name and version of the recogniser."""
    return " ".join(tesserocr.tesseract_version().split()[:2]).capitalize()


def data_folder() -> str | None:
    """Find the data for Vietnamese; None where they are missing."""
    folders = (os.environ.get("TESSDATA_PREFIX", ""), *_FOLDERS)
    return next((folder for folder in folders if folder and Path(folder, "vie.traineddata").is_file()), None)


def recognised(pages: Iterable[Image.Image]) -> tuple[str, float]:
    """Recognise the words of pages, dark on white, one after the other; give lines and confidence from 0 to 1."""
    lines, confidences = [], []
    for page in pages:
        for words in _lines(page):
            lines.append(" ".join(word for word, _ in words))
            confidences += [(confidence, len(word)) for word, confidence in words]
    letters = sum(length for _, length in confidences)
    confidence = sum(confidence * length for confidence, length in confidences) / letters if letters else 0.0
    return unicodedata.normalize("NFC", "\n".join(lines)), confidence


def _lines(page: Image.Image) -> Iterator[list[tuple[str, float]]]:
    """Give the words of each line with their confidence, without what is left of frames, stamps and pictures."""
    api = _tesseract()
    api.SetImage(page)
    api.SetSourceResolution(_DOTS_PER_INCH)
    # level, page, block, paragraph, line, word, left, top, width, height, confidence, text
    rows = [row.split("\t") for row in api.GetTSVText(0).splitlines()]
    for _, line in groupby((row for row in rows if row[0] == _WORD), key=lambda row: row[2:5]):
        words = [(row[11], float(row[10]) / 100) for row in line]
        if kept := [word for word in words if word[1] >= _LEAST_OF_WORD and any(map(str.isalnum, word[0]))]:
            yield kept


@cache
def _tesseract() -> tesserocr.PyTessBaseAPI:
    return tesserocr.PyTessBaseAPI(path=data_folder(), lang="vie", psm=tesserocr.PSM.AUTO)
