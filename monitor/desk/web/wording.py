"""Wording of the desk in the language of the request: labels and what they mean, decisions, states, names of counts."""

from dataclasses import dataclass
from typing import Final

from classifiers.labels import LABELS, label_named
from classifiers.model.prediction import BASE, REST
from classifiers.text.normalise import LINK, MAIL, NAME, PHONE
from monitor.catalogues import N_
from monitor.desk.web.language import Translated, current_language
from monitor.desk.web.language import gettext as _
from storage.review import decisions


@dataclass(frozen=True, slots=True)
class LabelHelp:
    """A label in the language of the request: its names, what it means and what it does not mean."""

    name: str
    title: str
    in_sentence: str
    means: str
    not_this: str


@dataclass(frozen=True, slots=True)
class Decision:
    """One button of a decision: the stored value, its text, its key, and whether it must name a source."""

    name: str
    title: str
    key: str
    needs_link: bool = False


NO_LABEL: Final = "none"
SEVERAL: Final = "several"
UNSURE: Final = "unsure"
REOPENED: Final = decisions.REOPENED
DECISION_NAMES: Final = Translated(
    {
        decisions.NO_SOURCE: N_("Không tìm thấy nguồn"),
        decisions.REFUTED: N_("Đã bị bác bỏ"),
        decisions.SUPPORTED: N_("Có nguồn xác nhận"),
        decisions.NOT_A_CLAIM: N_("Không phải điều khẳng định"),
        decisions.SOURCED: N_("Chỉ là tin báo, có nguồn"),
        decisions.YES: N_("Đúng"),
        decisions.NO: N_("Không phải"),
        decisions.UNSURE: N_("Chưa rõ"),
        REOPENED: N_("Mở lại để xem xét"),
        decisions.WITHDRAWN: N_("Rút lại quyết định"),
    }
)
STATES: Final = Translated(
    {
        "open": N_("Đang chờ"),
        "confirmed": N_("Gợi ý đúng"),
        "rejected": N_("Đã loại bỏ"),
        "unsure": N_("Chưa rõ"),
    }
)
ORDERS: Final = Translated(
    {
        "worth": N_("Đáng xem nhất trước"),
        "newest": N_("Mới đăng nhất trước"),
        "reach": N_("Lan rộng nhất trước"),
        "doubt": N_("Máy kém chắc nhất trước"),
    }
)
OWN: Final = Translated(
    {
        "decided": N_("Tôi đã quyết định"),
        "held": N_("Tôi đang giữ"),
    }
)
_KINDS: Final = Translated(
    {
        "feed": N_("Kênh tin RSS"),
        "webpage": N_("Trang web"),
        "import": N_("Tệp nhập vào"),
        "factcheck": N_("Trang kiểm chứng"),
        "xenforo": N_("Diễn đàn XenForo"),
        "discourse": N_("Diễn đàn Discourse"),
        "youtube": N_("YouTube"),
    }
)
TOPICS: Final = Translated(
    {
        "wages": N_("Lương"),
        "insurance": N_("Bảo hiểm"),
        "hours": N_("Ca kíp"),
        "safety": N_("An toàn"),
        "meals": N_("Bữa ăn"),
        "housing": N_("Nhà trọ"),
        "childcare": N_("Nhà trẻ"),
        "contracts": N_("Hợp đồng"),
        "relief": N_("Trợ cấp"),
        "other": N_("Khác"),
    }
)
MATTER_KINDS: Final = Translated({"rumour": N_("Tin đồn"), "grievance": N_("Bức xúc")})
MATTER_STATES: Final = Translated(
    {
        "open": N_("chưa làm gì"),
        "passed": N_("đã chuyển"),
        "answered": N_("đã trả lời"),
        "followed_up": N_("đang theo dõi"),
        "returned": N_("quay lại"),
        "settled": N_("đã giải quyết xong"),
        "withdrawn": N_("đã rút"),
        "merged": N_("đã gộp vào vụ khác"),
    }
)
MATTER_VERDICTS: Final = Translated(
    {
        "no_source": N_("không tìm thấy nguồn"),
        "refuted": N_("đã bị bác bỏ"),
        "borne_out": N_("hóa ra đúng"),
    }
)
MATTER_STEPS: Final = Translated(
    {
        "opened": N_("Mở vụ việc"),
        "joined": N_("Đã thêm bài"),
        "copied": N_("Máy thấy thêm bài giống"),
        "split": N_("Tách bài ra"),
        "merged": N_("Gộp vào vụ khác"),
        "undone": N_("Rút lại một bước"),
        "passed": N_("Chuyển cho nơi khác"),
        "answered": N_("Đã có trả lời"),
        "followed_up": N_("Theo dõi tiếp"),
        "settled": N_("Giải quyết xong"),
        "reopened": N_("Mở lại"),
        "returned": N_("Quay lại vì có bài mới"),
        "judged": N_("Đổi kết luận"),
        "noted": N_("Ghi chú thêm"),
        "described": N_("Sửa lời, việc hoặc nơi"),
    }
)
CORRECTION_STATES: Final = Translated(
    {
        "draft": N_("chờ duyệt"),
        "returned": N_("trả lại để sửa"),
        "released": N_("đã duyệt"),
        "replaced": N_("đã được thay thế"),
        "withdrawn": N_("đã thu hồi"),
    }
)
CORRECTION_STEPS: Final = Translated(
    {
        "written": N_("Viết"),
        "returned": N_("Trả lại người viết"),
        "released": N_("Duyệt, cho công bố"),
        "replaced": N_("Được thay bằng bản khác"),
        "withdrawn": N_("Thu hồi"),
    }
)
VERDICTS: Final = Translated(
    {
        "false": N_("Sai sự thật"),
        "misleading": N_("Gây hiểu lầm"),
        "unfounded": N_("Không có căn cứ"),
    }
)
ROLES: Final = Translated({"monitored": N_("theo dõi"), "reference": N_("đối chiếu")})
USER_ROLES: Final = Translated(
    {
        "viewer": N_("người xem"),
        "reviewer": N_("người xem xét"),
        "lead": N_("trưởng nhóm"),
        "admin": N_("quản trị"),
    }
)
PASSWORD_FAULTS: Final = Translated(
    {
        "short": N_("Mật khẩu cần ít nhất 12 ký tự."),
        "long": N_("Mật khẩu dài quá 200 ký tự."),
        "common": N_("Mật khẩu này dễ đoán: gồm từ quen thuộc, tên, ngày tháng hoặc dãy phím. Xin chọn mật khẩu khác."),
    }
)
OUTCOMES: Final = Translated(
    {
        "running": N_("đang đọc"),
        "ok": N_("đọc xong"),
        "unchanged": N_("không có gì mới"),
        "failed": N_("lỗi"),
        "interrupted": N_("bị ngắt giữa chừng"),
    }
)
BEARINGS: Final = Translated(
    {
        "reports": N_("đưa tin như bài này"),
        "contradicts": N_("nói khác bài này"),
    }
)
PRIORITIES: Final = Translated({"-1": N_("báo đã đưa tin"), "1": N_("có nguồn nói khác")})
EVIDENCE_STATES: Final = Translated(
    {
        "suggested": N_("máy gợi ý"),
        "supports": N_("xác nhận điều được nói"),
        "refutes": N_("bác bỏ điều được nói"),
        "unrelated": N_("không liên quan"),
    }
)
PICTURE_STATES: Final = Translated(
    {
        "waiting": N_("Ảnh chưa được đọc."),
        "unreadable": N_("Có chữ trong ảnh nhưng không đọc rõ được."),
        "failed": N_("Không tải hoặc không đọc được ảnh này."),
    }
)
SEARCH_REFUSALS: Final = Translated(
    {
        "empty": N_("Chưa có từ nào để tìm: xin gõ ít nhất một từ."),
        "long": N_("Câu tìm kiếm dài quá: nhiều nhất 300 ký tự và 32 từ."),
        "quote": N_("Thiếu một dấu ngoặc kép: xin thêm vào hoặc bỏ đi."),
        "operator": N_("AND, OR và NOT phải đứng giữa các từ: xin thêm từ còn thiếu."),
        "only unwanted": N_("Chỉ có từ cần loại trừ: xin thêm ít nhất một từ cần có."),
        "person": N_("Không tìm được bài theo người: xin bỏ tên @, địa chỉ thư và số điện thoại."),
    }
)
_ENGAGEMENT: Final = Translated(
    {
        "likes": N_("lượt thích"),
        "favourites": N_("lượt thích"),
        "reactions": N_("lượt bày tỏ cảm xúc"),
        "replies": N_("trả lời"),
        "comments": N_("bình luận"),
        "shares": N_("lượt chia sẻ"),
        "reblogs": N_("lượt chia sẻ"),
        "reposts": N_("lượt đăng lại"),
        "quotes": N_("lượt trích dẫn"),
        "views": N_("lượt xem"),
    }
)
SPECIAL_REASONS: Final = Translated(
    {
        BASE: N_("mức nền, khi chưa đọc chữ nào"),
        REST: N_("mọi từ khác cộng lại"),
        LINK: N_("một liên kết"),
        MAIL: N_("một địa chỉ thư điện tử"),
        PHONE: N_("một số điện thoại"),
        NAME: N_("một tên tài khoản"),
    }
)
_CERTAINTIES: Final = (
    (0.9, N_("Máy rất chắc")),
    (0.75, N_("Máy khá chắc")),
    (0.5, N_("Máy hơi chắc")),
    (0.0, N_("Máy không chắc")),
)
_SHORT: Final = 60  # characters: a text that short holds too little to be very sure


def label_help(name: str) -> LabelHelp:
    """Return the explanation of a label; a label of a user's own model has only its stored name."""
    label, language = label_named(name), current_language()
    texts = (label.title, label.in_sentence, label.means, label.excludes)
    return LabelHelp(name, *(text.of(language) for text in texts))


def teaching_answers() -> tuple[Decision, ...]:
    """Return the answers to the question which label a post carries, in the order of their keys."""
    titles = [(help_text.name, help_text.title) for help_text in all_labels()]
    given = ((NO_LABEL, _("Không thuộc nhãn nào")), *titles, (UNSURE, _("Chưa rõ")))
    return tuple(Decision(name, title, str(key)) for key, (name, title) in enumerate(given))


def decisions_on(label: str) -> tuple[Decision, ...]:
    """Return the decisions on a flag of a label, in the order of their keys, which are numbers from 1."""
    known = label_named(label)
    return tuple(
        Decision(name, DECISION_NAMES[name], str(key), name in known.need_link)
        for key, name in enumerate(known.decisions, 1)
    )


def correction_state(state: str, published: str | None, online: bool) -> str:  # noqa: FBT001  a template gives them in order
    """Return what became of a correction: `published` is its state as the public folder shows it."""
    if online and state == "released":
        return _("đã công bố")
    if state == "released":
        return _("đã duyệt, chưa công bố")
    if published is not None and not online:
        return _("%(state)s, trang công bố chưa được cập nhật") % {"state": CORRECTION_STATES[state]}
    return CORRECTION_STATES[state]


def all_labels() -> tuple[LabelHelp, ...]:
    """Explain the labels, in their order."""
    return tuple(label_help(label.name) for label in LABELS)


def certainty(probability: float, characters: int) -> str:
    """Return how sure the machine is, in words, of a text of so many characters; never very sure of a short one."""
    known = _CERTAINTIES[1:] if characters < _SHORT else _CERTAINTIES
    return next(_(words) for least, words in known if probability >= least)


def percent(probability: float) -> int:
    """Round a probability to whole per cent, between 1 and 99."""
    # 0 % and 100 % would claim a certainty that no model has.
    return min(99, max(1, round(100 * probability)))


def engagement_name(key: str) -> str:
    """Return the name of a count such as likes; an unknown key stays as it is."""
    return _ENGAGEMENT.get(key, key)


def kind_name(kind: str) -> str:
    """Return the name of a kind of source."""
    return _KINDS.get(kind) or kind.capitalize()


def period(written: str) -> str:
    """Return the name of a report's period that is written as `2026-W47`, `2026-11` or `2026-Q4`: Tuần 47 năm 2026."""
    year, _dash, rest = written.partition("-")
    texts = {"W": N_("Tuần %(number)s năm %(year)s"), "Q": N_("Quý %(number)s năm %(year)s")}
    text = texts.get(rest[:1], N_("Tháng %(number)s năm %(year)s"))
    return _(text) % {"number": int(rest.lstrip("WQ")), "year": year}
