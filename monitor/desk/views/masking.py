"""What pages and the API show of a post in a list, and of the machine's reasons, without personal data."""

import unicodedata
from collections.abc import Callable
from typing import Final

from monitor.desk.web.language import gettext as _
from monitor.scoring.summary import proposed
from storage.models import Post

Mask = Callable[[str], str]
"""Replaces personal data in a text."""

HIDDEN: Final = "[…]"


def first_line(post: Post, mask: Mask) -> str:
    """Return the sentence that is proposed for a post as it stands now, masked."""
    return proposed(post.judged_text, is_claim=False, mask=mask) or _("(không có chữ)")


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
