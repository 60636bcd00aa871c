"""Draws a report as one HTML page without external files, for the screen and for A4 paper."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from jinja2 import Environment, PackageLoader, StrictUndefined

from monitor.reports import drawing
from monitor.reports.blocks import Block
from monitor.reports.document import Document
from monitor.reports.periods import CalendarPeriod
from monitor.reports.quotes import Quote
from monitor.reports.tables import shown
from monitor.reports.wording import Language, Wording


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


def render_html(document: Document) -> str:
    """Return the page as text; the same document gives the same text."""
    return _render("report.html", document.language, document.title, document=document, rows=drawing.rows)


def render_masks(document: Document, masked: tuple[MaskedQuote, ...]) -> str:
    """Return the page that lists what was masked in each quote, and what was looked at and left."""
    return _render("masks.html", document.language, document.title, masked=masked)


def render_notice(
    language: Language, period: CalendarPeriod, *, made_at: datetime, withdrawn_at: datetime, why: str
) -> str:
    """Return the page that says that a report was withdrawn, and why."""
    words = Wording(language)
    title = language.say("Thu hồi báo cáo thông tin trên mạng %(period)s", period=words.period(period))
    made, withdrawn = words.moment(made_at), words.moment(withdrawn_at)
    return _render("withdrawn.html", language, title, made=made, withdrawn=withdrawn, why=why)


def _render(template: str, language: Language, title: str, **values: object) -> str:
    # StrictUndefined: a misspelt name must fail here and not leave a gap in an issued report.
    environment = Environment(
        loader=PackageLoader("monitor.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"say": language.say, "shown": shown, "words": Wording(language), "kind_of": _kind_of}
    return environment.get_template(template).render(language=language, title=title, **values)


def _kind_of(block: Block) -> str:
    return type(block).__name__
