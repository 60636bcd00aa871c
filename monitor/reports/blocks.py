"""The blocks of which a report consists. The writers for docx and html only draw them."""

from dataclasses import dataclass
from enum import StrEnum

from monitor.reports.drawing import Chart
from monitor.reports.tables import Table


class Style(StrEnum):
    """How a paragraph stands on the page."""

    BODY = "body"
    QUOTE = "quote"
    SMALL = "small"
    LEAD = "lead"  # small, and not parted from what follows


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of a part, as `I. ĐIỂM CHÍNH` (level 1) or `1. Theo nguồn` (level 2)."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph."""

    text: str
    style: Style = Style.BODY


@dataclass(frozen=True, slots=True)
class Appendix:
    """The beginning of the appendix, on a page of its own."""

    title: str
    subtitle: str
    attached: str


Block = Heading | Paragraph | Table | Chart | Appendix
