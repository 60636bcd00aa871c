"""Why a source cannot be read, in the language of the request, and what to do.

Collectors explain themselves in one English line each, which commands and logs show. The desk knows the kinds of these
lines; one that it does not know is said to be another fault, and the line itself can be unfolded.
"""

import re
from dataclasses import dataclass
from typing import Final

from monitor.catalogues import N_
from monitor.desk.web.language import gettext as _

_HOST: Final = re.compile(r"https?://([^/\s:]+)|\b((?:[\w-]+\.)+[a-z]{2,})\b")
_UNREACHED: Final = N_("Không kết nối được %(host)s")
_WAIT: Final = N_("Chương trình tự thử lại; nếu còn lỗi sau một ngày, hãy mở địa chỉ trong trình duyệt để xem.")
_PERMISSION: Final = N_("Hãy xin phép chủ trang, hoặc bỏ nguồn này.")
_ADDRESS: Final = N_("Người quản trị xem lại địa chỉ và loại của nguồn bằng lệnh kiemtin sources.")
_SECRET: Final = N_("Người quản trị tạo khóa mới và ghi vào mục [secrets] của kiemtin.toml.")
_UNREADABLE: Final = (
    r"not a feed|is JSON, but|neither a feed|is neither RSS|is it (a|the)\b|no posts that can be recognised|"
    r"its form changed|too damaged|could read none|cannot be read|does not answer"
)
# The first pattern that fits a line says what it is.
_KINDS: Final = (
    (r"shows a challenge for browsers", N_("%(host)s chặn chương trình, chỉ cho trình duyệt vào"), _PERMISSION),
    (r"robots\.txt does not allow", N_("%(host)s không cho chương trình đọc trang này (robots.txt)"), _PERMISSION),
    (r"robots\.txt answers 4|read by programs", N_("%(host)s không muốn bị chương trình đọc"), _PERMISSION),
    (r"robots\.txt answers", N_("%(host)s chưa cho biết quy định của mình (robots.txt)"), _WAIT),
    (
        r"members only|sign in first|signed in|signing in|answers 40[13]|answered 40[13]",
        N_("%(host)s chỉ cho người đã đăng nhập xem"),
        _PERMISSION,
    ),
    (
        r"\b(token|key) of source|\bthe key\b|may not read this",
        N_("Khóa để đọc %(host)s đã hết hạn hoặc không đúng"),
        _SECRET,
    ),
    (
        r"asks? us to (wait|be slower)|asked us to wait|requests of the day|no more requests",
        N_("%(host)s yêu cầu đọc chậm lại"),
        N_("Không cần làm gì: chương trình chờ rồi đọc tiếp. Nếu lặp lại, hãy đọc nguồn này thưa hơn."),
    ),
    (r"took longer than", N_("%(host)s trả lời quá chậm"), _WAIT),
    (r"answer(s|ed) 5\d\d|a trouble of its own", N_("Máy chủ %(host)s đang gặp lỗi"), _WAIT),
    (r"answer(s|ed) (404|410)", N_("Không tìm thấy trang ở %(host)s"), _ADDRESS),
    (
        r"could not be read|could not be reached|cannot connect|refused|unreachable|name resolution",
        _UNREACHED,
        _WAIT,
    ),
    (
        r"not a public address|is not opened|not a web address",
        N_("Địa chỉ này không được phép mở"),
        N_("Người quản trị xem lại địa chỉ của nguồn, hoặc ghi nó vào allow_addresses nếu đúng là cần."),
    ),
    (
        r"is larger than|memory to read",
        N_("Trang ở %(host)s quá lớn"),
        N_("Người quản trị nên chọn một trang nhỏ hơn của nơi này, chẳng hạn nguồn cấp RSS."),
    ),
    (
        _UNREADABLE,
        N_("Trang ở %(host)s không còn đúng dạng mà chương trình đọc được"),
        _ADDRESS,
    ),
    (r"redirects", N_("%(host)s chuyển sang địa chỉ khác"), _ADDRESS),
    (r"cannot be followed|does not page", N_("%(host)s không cho đọc tiếp các trang sau"), _ADDRESS),
    (
        r"Telegram's terms",
        N_("Telegram không cho thu thập kênh này nếu chưa có phép"),
        N_("Hãy xin chủ kênh cho phép bằng văn bản và ghi vào cài đặt permission."),
    ),
)
_OTHER: Final = (
    N_("Nguồn không đọc được"),
    N_("Người quản trị chạy kiemtin doctor để xem chi tiết."),
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, what to do, and the program's own line."""

    what: str
    remedy: str
    line: str


def explain(line: str, source: str) -> Fault:
    """Say what a collector's line means.

    Args:
        line: The line that the collector gave.
        source: The name of the source, said where the line names no host.

    """
    return known_fault(line, source) or Fault(_(_OTHER[0]), _(_OTHER[1]), line)


def known_fault(line: str, source: str) -> Fault | None:
    """Say what a line means; None where it is of no known kind, such as a person's own words."""
    what, remedy = next(((what, todo) for sign, what, todo in _KINDS if re.search(sign, line)), (None, ""))
    if what is None:
        return None
    found = _HOST.search(line)
    return Fault(_(what) % {"host": (found[1] or found[2]) if found else source}, _(remedy), line)
