"""What a reviewer fills in to decide, its limits, and the words in which a decision is refused."""

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Final, Literal

from fastapi import Depends, Form

from classifiers.concern_topics import OTHER
from monitor.desk.web import wording
from monitor.desk.web.desk import local_time
from monitor.desk.web.language import counted
from monitor.desk.web.language import gettext as _
from monitor.review.errors import BadLink, DecisionRefused, Differs, Held, NeedsLink, NotAllowed, NotOpen
from monitor.scoring.summary import LONGEST

MAX_NOTE: Final = 2_000
MAX_LINKS: Final = 10
MAX_PLACE: Final = 200
MAX_CHOICE: Final = 300  # of a matter: its number and its sentence
_NUMBER: Final = re.compile(r"\d{1,18}")


@dataclass(frozen=True, slots=True)
class Draft:
    """The fields of the decision form; kept when the form has to be shown again.

    Args:
        note: The note.
        evidence: Links, one a line.
        topic: What a concern is about; empty on other labels.
        place: Where it is.
        copies: The flags of copies that were listed beside the box that was ticked.
        sentence: One sentence about the matter.
        matter: The matter that its post joins, as it was chosen: its number first; empty: a new one.
        otherwise: What to do where the matter was judged otherwise.

    """

    note: str = ""
    evidence: str = ""
    topic: str = ""
    place: str = ""
    copies: tuple[int, ...] = ()
    sentence: str = ""
    matter: str = ""
    otherwise: str = ""

    @property
    def matter_id(self) -> int | None:
        """The number of the matter that was chosen; None where none was."""
        return leading_number(self.matter)

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
        if self.matter and self.matter_id is None:
            return _("Xin chọn vụ việc trong danh sách hoặc ghi số của vụ việc.")
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
        case Differs():
            text = _(
                "%(name)s đã ghi “%(decision)s” cho vụ việc %(number)s lúc %(time)s, nên quyết định chưa được ghi."
            )
            said = wording.MATTER_VERDICTS.get(refused.decision) or wording.DECISION_NAMES[refused.decision]
            name = refused.name or _("Một người")
            return text % {"name": name, "decision": said, "number": refused.matter_id, "time": local_time(refused.at)}
        case NeedsLink():
            text = _("“%(decision)s” cần ít nhất một liên kết làm bằng chứng: xin dán liên kết bên dưới.")
            return text % {"decision": wording.DECISION_NAMES[decision]}
    return _("Mục này vừa có thay đổi, nên quyết định của bạn chưa được ghi. Xin xem lại bên dưới rồi quyết định.")


def refusal_status(refused: DecisionRefused) -> HTTPStatus:
    """Return the status of the page that shows a refusal: what was typed is at fault, or the flag's state is."""
    typed = isinstance(refused, NotAllowed | BadLink | NeedsLink)
    return HTTPStatus.UNPROCESSABLE_ENTITY if typed else HTTPStatus.CONFLICT


def leading_number(text: str) -> int | None:
    """Return the first number of a field, as a choice of a list begins with it; None where there is none."""
    found = _NUMBER.search(text)
    return int(found[0]) if found else None


def clean(text: str) -> str:
    """Return a field's text without CRLF, outer spaces, and NUL, which no database keeps."""
    return text.replace("\r\n", "\n").replace("\x00", "").strip()


def read_form(
    *,
    note: Annotated[str, Form()] = "",
    evidence: Annotated[str, Form()] = "",
    topic: Annotated[str, Form(max_length=40)] = "",
    place: Annotated[str, Form(max_length=MAX_PLACE)] = "",
    copies: Annotated[str, Form(max_length=2_000, pattern=r"^(\d{1,18}(,\d{1,18})*)?$")] = "",
    sentence: Annotated[str, Form(max_length=LONGEST)] = "",
    matter: Annotated[str, Form(max_length=MAX_CHOICE)] = "",
    otherwise: Annotated[Literal["", "verdict", "split"], Form()] = "",
) -> Draft:
    """Read the fields of a request; an unknown topic counts as `other`."""
    known = topic if topic in wording.TOPICS else OTHER if topic else ""
    numbers = tuple(int(number) for number in copies.split(",") if number)
    return Draft(
        note=clean(note),
        evidence=clean(evidence),
        topic=known,
        place=clean(place),
        copies=numbers,
        sentence=" ".join(clean(sentence).split()),
        matter=clean(matter),
        otherwise=otherwise,
    )


DecisionForm = Annotated[Draft, Depends(read_form)]
