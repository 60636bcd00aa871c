"""What pages and the API show of a post in a list, and of the machine's reasons, without personal data."""

import unicodedata
from collections.abc import Callable
from typing import Final

from monitor.review.language import gettext as _
from storage.models import Post

Mask = Callable[[str], str]
"""Replaces personal data in a text."""

FIRST_LINE_CHARACTERS: Final = 160
HIDDEN: Final = "[…]"
# Masked before the line is cut, so that half a number at the end is not taken for something else; no more than this,
# because a post may be of any length and a page lists many.
_READ: Final = 5 * FIRST_LINE_CHARACTERS


def first_line(post: Post, mask: Mask | None) -> str:
    """Return the first non-empty line of title and text as they stand now, masked and shortened."""
    beginning = post.judged_text.lstrip()[:_READ]
    lines = (mask(beginning) if mask else beginning).splitlines()
    line = next(filter(None, map(str.strip, lines)), _("(không có chữ)"))
    return line if len(line) <= FIRST_LINE_CHARACTERS else line[: FIRST_LINE_CHARACTERS - 1].rstrip() + "…"


def word_mask(text: str, masked: str, mask: Mask) -> Mask:
    """Return a mask for words out of a text, of which alone nothing may tell that they are personal.

    Args:
        text: The text in which they stand.
        masked: The same, masked.
        mask: Masks the other words.

    Returns:
        A mask that hides words which stand in the text and, masked, no more.

    """
    known, left = _folded(text), _folded(masked)

    def hide(words: str) -> str:
        folded = _folded(words)
        return HIDDEN if folded in known and folded not in left else mask(words)

    return hide


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().replace("_", " ").split())
