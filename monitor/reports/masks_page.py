"""What was masked in the quotes of a report, and what was left: for the person who reads it before sending."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.reports.quotes import Quote


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskedQuote:
    """One quote in the list of masks.

    Args:
        number: Its number in the report.
        flag_id: The flag at the desk, where the original can be read.
        text: The quote as the report shows it.
        masks: The masks that stand in it, and how often.
        left: Names and numbers that stand in it unmasked.

    """

    number: int
    flag_id: int
    text: str
    masks: tuple[tuple[str, int], ...]
    left: tuple[str, ...]


def masked_quotes(quotes: Sequence[Quote]) -> tuple[MaskedQuote, ...]:
    """List the quotes that show a text. Nothing of an original stands in the list: it may be read by more people."""
    return tuple(
        MaskedQuote(
            number=number,
            flag_id=quote.flag_id,
            text=quote.text,
            masks=tuple(sorted(Counter(quote.masks).items())),
            left=quote.left,
        )
        for number, quote in enumerate(quotes, start=1)
        if quote.text is not None
    )
