"""What a reviewer fills in to write a correction, and what keeps it from being stored."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Final

from fastapi import Depends, Form

from monitor.crawl.web_links import MAX_LINK, web_address
from monitor.desk.views.decision_form import clean
from monitor.desk.views.masking import Mask
from monitor.desk.web.language import gettext as _
from storage.review.corrections import FALSE, VERDICTS, Content

MAX_CLAIM: Final = 300
MAX_TEXT: Final = 3_000
MAX_SOURCE: Final = 200
TEMPLATE: Final = (
    "Thông tin nêu trên không đúng sự thật. Theo [nguồn], [điều đúng, kèm thời gian và phạm vi áp dụng].\n\n"
    "Đề nghị đoàn viên, người lao động không chia sẻ lại thông tin này và theo dõi thông báo chính thức của cơ quan, "
    "đơn vị có thẩm quyền."
)
"""Corrections are published in Vietnamese, whatever the language of the desk."""


def fault(content: Content) -> str | None:
    """Return why a correction cannot be stored, in one line; None when it can."""
    if not all(asdict(content).values()) or content.verdict not in VERDICTS:
        return _("Xin ghi đủ điều bị bác bỏ, điều đúng, tên nguồn và liên kết tới nguồn.")
    if len(content.source_url) > MAX_LINK or not web_address(content.source_url):
        return _("Liên kết tới nguồn phải là địa chỉ web bắt đầu bằng http:// hoặc https://.")
    if "[" in content.text or "]" in content.text:
        return _("Xin thay những chỗ trong ngoặc vuông của mẫu bằng nội dung thật.")
    return None


def masked(texts: Sequence[str], mask: Mask) -> list[str]:
    """Return those texts in which masking finds personal data, as they would be masked."""
    return [found for text in texts if (found := mask(text)) != text]


def parts(content: Content) -> tuple[str, ...]:
    """Return the texts of a correction that are published."""
    return content.claim, content.text, content.source_name, content.source_url


def read_form(
    claim: Annotated[str, Form(max_length=MAX_CLAIM)] = "",
    verdict: Annotated[str, Form(max_length=20)] = FALSE,
    text: Annotated[str, Form(max_length=MAX_TEXT)] = "",
    source_name: Annotated[str, Form(max_length=MAX_SOURCE)] = "",
    source_url: Annotated[str, Form(max_length=MAX_LINK)] = "",
) -> Content:
    """Read the fields of a request."""
    return Content(
        claim=" ".join(clean(claim).split()),
        verdict=verdict if verdict in VERDICTS else FALSE,
        text=clean(text),
        source_name=" ".join(clean(source_name).split()),
        source_url=clean(source_url),
    )


CorrectionForm = Annotated[Content, Depends(read_form)]
