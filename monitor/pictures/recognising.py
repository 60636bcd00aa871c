"""Words in a picture, by Tesseract in this process: its limits of time and memory hold for it too."""

import os
import unicodedata
from functools import cache
from itertools import groupby
from pathlib import Path

import tesserocr
from PIL import Image

_FOLDERS = ("/usr/share/tesseract-ocr/5/tessdata", "/usr/share/tessdata", "/usr/local/share/tessdata")
_DOTS_PER_INCH = 300


def version() -> str:
    """Give the name and version of the recogniser."""
    return " ".join(tesserocr.tesseract_version().split()[:2]).capitalize()


def data_folder() -> str | None:
    """Find the data for Vietnamese; None where they are missing."""
    folders = (os.environ.get("TESSDATA_PREFIX", ""), *_FOLDERS)
    return next((folder for folder in folders if folder and Path(folder, "vie.traineddata").is_file()), None)


def recognised(page: Image.Image) -> tuple[str, float]:
    """Recognise the words of a page, dark on light; give its lines and its confidence from 0 to 1."""
    api = _tesseract()
    api.SetImage(page)
    api.SetSourceResolution(_DOTS_PER_INCH)
    # level, page, block, paragraph, line, word, left, top, width, height, confidence, text
    rows = [row.split("\t") for row in api.GetTSVText(0).splitlines()]
    words = [row for row in rows if row[0] == "5" and row[11].strip()]
    letters = sum(len(word[11]) for word in words)
    confidence = sum(len(word[11]) * float(word[10]) for word in words) / letters / 100 if letters else 0.0
    lines = [" ".join(word[11] for word in line) for _, line in groupby(words, key=lambda word: word[2:5])]
    return unicodedata.normalize("NFC", "\n".join(lines)), confidence


@cache
def _tesseract() -> tesserocr.PyTessBaseAPI:
    return tesserocr.PyTessBaseAPI(path=data_folder(), lang="vie", psm=tesserocr.PSM.AUTO)
