"""What pages and the API show of a post in a list, and of the machine's reasons, without personal data."""

import unicodedata
from collections.abc import Callable
from typing import Final

from monitor.desk.web.language import gettext as _
from storage.models import Post

Mask = Callable[[str], str]
"""Replaces personal data in a text."""

FIRST_LINE_CHARACTERS: Final = 160
HIDDEN: Final = "[…]"
# Masked before the line is cut, so that half a number at its end is not taken for something else. No more is read: a
# page lists many posts of any length, and masking takes longest of all that it does.
_READ: Final = FIRST_LINE_CHARACTERS + 80
_READ_LINES: Final = 5 * _READ  # within which a line with words is looked for
_UNSURE: Final = 40  # last characters of what was read, where half a number or name may stand


def first_line(post: Post, mask: Mask) -> str:
    """Return the first non-empty line of title and text as they stand now, masked and shortened."""
    lines = post.judged_text.lstrip()[:_READ_LINES].splitlines()
    whole = next(filter(None, map(str.strip, lines)), "") or _("(không có chữ)")
    line = mask(whole[:_READ])
    if len(whole) > _READ:
        line = line[:-_UNSURE]
    if len(line) <= FIRST_LINE_CHARACTERS and len(whole) <= _READ:
        return line
    return line[: FIRST_LINE_CHARACTERS - 1].rstrip() + "…"


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
