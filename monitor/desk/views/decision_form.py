"""What a reviewer fills in to decide, its limits, and the words in which a decision is refused."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import Depends, Form

from classifiers.concern_topics import OTHER
from monitor.desk.web import wording
from monitor.desk.web.language import counted
from monitor.desk.web.language import gettext as _
from monitor.review.errors import BadLink, DecisionRefused, Held, NeedsLink, NotAllowed, NotOpen

MAX_NOTE: Final = 2_000
MAX_LINKS: Final = 10
MAX_PLACE: Final = 200


@dataclass(frozen=True, slots=True)
class Draft:
    """The fields of the decision form; kept when the form has to be shown again.

    Args:
        note: The note.
        evidence: Links, one a line.
        topic: What a concern is about; empty on other labels.
        place: Where it is.
        copies: The flags of copies that were listed beside the box that was ticked.

    """

    note: str = ""
    evidence: str = ""
    topic: str = ""
    place: str = ""
    copies: tuple[int, ...] = ()

    @property
    def links(self) -> list[str]:
        """The lines of the evidence field that hold anything."""
        return [line.strip() for line in self.evidence.splitlines() if line.strip()]

    @property
    def fault(self) -> str | None:
        """Return what is too long, in one line; None when nothing is."""
        if len(self.note) > MAX_NOTE:
            return counted("Ghi chú dài quá %(count)s ký tự: xin viết ngắn lại.", MAX_NOTE)
        if len(self.links) > MAX_LINKS:
            return counted("Có nhiều hơn %(count)s liên kết: xin giữ lại những liên kết cần nhất.", MAX_LINKS)
        return None


def refusal_line(refused: DecisionRefused, decision: str) -> str:
    """Return why a decision was not stored, in one line for the reviewer."""
    match refused:
        case Held():
            return _("Người khác đang xem mục này, nên quyết định của bạn chưa được ghi.")
        case NotOpen():
            return _("Mục này đã có quyết định. Muốn đổi, xin bấm “Mở lại” trước.")
        case BadLink():
            text = _("“%(link)s” không phải là địa chỉ web: mỗi dòng một liên kết bắt đầu bằng http:// hoặc https://.")
            return text % {"link": refused.link[:80]}
        case NeedsLink():
            text = _("“%(decision)s” cần ít nhất một liên kết làm bằng chứng: xin dán liên kết bên dưới.")
            return text % {"decision": wording.DECISION_NAMES[decision]}
    return _("Mục này vừa có thay đổi, nên quyết định của bạn chưa được ghi. Xin xem lại bên dưới rồi quyết định.")


def refusal_status(refused: DecisionRefused) -> HTTPStatus:
    """Return the status of the page that shows a refusal: what was typed is at fault, or the flag's state is."""
    typed = isinstance(refused, NotAllowed | BadLink | NeedsLink)
    return HTTPStatus.UNPROCESSABLE_ENTITY if typed else HTTPStatus.CONFLICT


def clean(text: str) -> str:
    """Return a field's text without CRLF, outer spaces, and NUL, which no database keeps."""
    return text.replace("\r\n", "\n").replace("\x00", "").strip()


def read_form(
    note: Annotated[str, Form()] = "",
    evidence: Annotated[str, Form()] = "",
    topic: Annotated[str, Form(max_length=40)] = "",
    place: Annotated[str, Form(max_length=MAX_PLACE)] = "",
    copies: Annotated[str, Form(max_length=2_000, pattern=r"^(\d{1,18}(,\d{1,18})*)?$")] = "",
) -> Draft:
    """Read the fields of a request; an unknown topic counts as `other`."""
    known = topic if topic in wording.TOPICS else OTHER if topic else ""
    numbers = tuple(int(number) for number in copies.split(",") if number)
    return Draft(clean(note), clean(evidence), known, clean(place), numbers)


DecisionForm = Annotated[Draft, Depends(read_form)]
