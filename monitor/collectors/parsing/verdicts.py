"""Which way the verdict of a fact-check goes: words of Vietnamese and English checkers, else the number of a rating."""

import re
import unicodedata
from typing import Final, Literal

Bears = Literal["refutes", "supports", "unclear"]
# Looked for in this order: "đúng một phần" is neither, and "sai sự thật" holds the words of what is true.
_MIXED: Final = (
    r"một phần|nửa|chưa đủ|thiếu ngữ cảnh|chưa có cơ sở|chưa (?:được )?kiểm chứng|chưa rõ|không rõ|gây tranh cãi|"
    r"half|partly|partially|mixture|mixed|mostly true|unproven|unverified|missing context|lacks context|research in"
)
_FALSE: Final = (
    r"sai|giả|bịa|bịa đặt|không đúng|không chính xác|không có thật|không có căn cứ|không có cơ sở|xuyên tạc|lừa đảo|"
    r"tin đồn|cắt ghép|false|fake|incorrect|inaccurate|wrong|misleading|untrue|not true|fabricated|altered|scam|hoax|"
    r"pants on fire|no evidence|manipulated|debunked"
)
_TRUE: Final = r"đúng|chính xác|có thật|sự thật|true|correct|accurate|confirmed"
_LOW, _HIGH = 0.3, 0.7  # of the way from the worst to the best rating


def which_way(verdict: str, rating: float | None = None) -> Bears:
    """Say whether a verdict refutes a claim, supports it, or does neither clearly.

    Args:
        verdict: In the words of the check.
        rating: Its number, from 0 (worst) to 1 (best), where it gives one with both ends of the scale.

    """
    words = unicodedata.normalize("NFC", verdict).lower()
    sides: tuple[tuple[str, Bears], ...] = ((_MIXED, "unclear"), (_FALSE, "refutes"), (_TRUE, "supports"))
    for pattern, side in sides:
        if re.search(rf"(?<!\w)(?:{pattern})(?!\w)", words):
            return side
    if rating is None:
        return "unclear"
    return "refutes" if rating <= _LOW else "supports" if rating >= _HIGH else "unclear"
