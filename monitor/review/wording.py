"""Vietnamese wording of the desk: labels and their explanations, decisions, states, and names of counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from classifiers.labels import CONCERN, LABEL_NAMES, LABELS, NEGATIVE, UNVERIFIED, label_named
from classifiers.model.prediction import BASE, REST
from classifiers.text.normalise import LINK, MAIL, NAME, PHONE


@dataclass(frozen=True, slots=True)
class LabelHelp:
    """A label with its names, what it means and what it does not mean."""

    name: str
    vietnamese: str
    english: str
    means: str
    not_this: str


@dataclass(frozen=True, slots=True)
class Decision:
    """One button of a decision: the stored value, its texts, and its key."""

    name: str
    vietnamese: str
    english: str
    key: str


_EXPLANATIONS: Final[Mapping[str, tuple[str, str]]] = {
    UNVERIFIED.name: (
        """Bài nêu như sự thật một điều có thể kiểm tra được và người đọc có thể tin mà làm theo, nhưng không dẫn nguồn
        nào để kiểm tra: tin đồn, “nguồn tin nội bộ”, lời giục chia sẻ gấp, thuốc chữa bách bệnh, lệnh cấm bất ngờ, tin
        có người chết, ngân hàng mất khả năng chi trả, bắt cóc, lừa đảo mạo danh cơ quan nhà nước.""",
        """Ý kiến, nhận xét, phê bình (dù gay gắt đến đâu); bài châm biếm dễ nhận ra; chuyện của chính người viết; câu
        hỏi thật lòng; thông báo chính thức và tin có nêu nguồn; bài dẫn lại tin đồn để đính chính.""",
    ),
    NEGATIVE.name: (
        """Bài lăng mạ hoặc quấy rối một người, công kích một nhóm người, đe dọa hoặc kích động bạo lực, tục tĩu hoặc
        mời chào nội dung khiêu dâm, vui mừng trước nỗi đau của người khác.""",
        """Tâm trạng buồn hay giận; tin xấu; lời phê bình thẳng thắn; tiếng chửi thề chỉ để nhấn mạnh. Phê bình chính
        sách, cán bộ, doanh nghiệp hay chính công đoàn không thuộc nhãn này.""",
    ),
    CONCERN.name: (
        """Bài kể một khó khăn về việc làm hoặc đời sống mà công đoàn có thể lên tiếng: nợ lương, chậm đóng bảo hiểm,
        nơi làm việc nóng bức, tai nạn, ép tăng ca, bữa ăn ca, nhà trọ, chỗ gửi trẻ, hợp đồng.""",
        """Lo lắng chung không gắn với việc làm; ý kiến về chính sách mà không kể khó khăn cụ thể; tin tuyển dụng.""",
    ),
}


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


DECISIONS: Final = (
    Decision("confirmed", "Đúng, cần xử lý", "confirmed", "1"),
    Decision("rejected", "Không phải", "rejected", "2"),
    Decision("unsure", "Chưa rõ", "unsure", "3"),
)
ANSWERS: Final = (
    Decision("confirmed", "Có", "yes", "1"),
    Decision("rejected", "Không", "no", "2"),
    Decision("unsure", "Chưa rõ", "unsure", "3"),
)
NO_LABEL: Final = "none"
SEVERAL: Final = "several"
UNSURE: Final = "unsure"
TEACHING_ANSWERS: Final = (
    Decision(NO_LABEL, "Không thuộc nhãn nào", "none", "0"),
    *(Decision(label.name, _capitalised(label.vietnamese), label.english, str(n)) for n, label in enumerate(LABELS, 1)),
    Decision(UNSURE, "Chưa rõ", "unsure", "4"),
)
ANSWER_NAMES: Final[Mapping[str, str]] = {answer.name: answer.vietnamese for answer in ANSWERS}
REOPENED: Final = "reopened"
DECISION_NAMES: Final[Mapping[str, str]] = {
    **{decision.name: decision.vietnamese for decision in DECISIONS},
    REOPENED: "Mở lại để xem xét",
}
STATES: Final[Mapping[str, str]] = {
    "open": "Đang chờ",
    "confirmed": "Đúng, cần xử lý",
    "rejected": "Không phải",
    "unsure": "Chưa rõ",
}
ROLES: Final[Mapping[str, str]] = {"monitored": "theo dõi", "reference": "đối chiếu"}
USER_ROLES: Final[Mapping[str, str]] = {
    "viewer": "người xem",
    "reviewer": "người xem xét",
    "lead": "trưởng nhóm",
    "admin": "quản trị",
}
PASSWORD_FAULTS: Final[Mapping[str, str]] = {
    "short": "Mật khẩu cần ít nhất 12 ký tự.",
    "long": "Mật khẩu dài quá 200 ký tự.",
    "common": "Mật khẩu này dễ đoán: gồm từ quen thuộc, tên, ngày tháng hoặc dãy phím. Xin chọn mật khẩu khác.",
}
OUTCOMES: Final[Mapping[str, str]] = {
    "running": "đang đọc",
    "ok": "đọc xong",
    "unchanged": "không có gì mới",
    "failed": "lỗi",
    "interrupted": "bị ngắt giữa chừng",
}
EVIDENCE_STATES: Final[Mapping[str, str]] = {
    "suggested": "máy gợi ý",
    "confirmed": "đã xác nhận",
    "rejected": "đã loại",
}
_ENGAGEMENT: Final[Mapping[str, str]] = {
    "likes": "lượt thích",
    "favourites": "lượt thích",
    "reactions": "lượt bày tỏ cảm xúc",
    "replies": "trả lời",
    "comments": "bình luận",
    "shares": "lượt chia sẻ",
    "reblogs": "lượt chia sẻ",
    "reposts": "lượt đăng lại",
    "quotes": "lượt trích dẫn",
    "views": "lượt xem",
}
SPECIAL_REASONS: Final[Mapping[str, str]] = {
    BASE: "mức nền, khi chưa đọc chữ nào",
    REST: "mọi từ khác cộng lại",
    LINK: "một liên kết",
    MAIL: "một địa chỉ thư điện tử",
    PHONE: "một số điện thoại",
    NAME: "một tên tài khoản",
}
_CHANCES: Final = (
    (95, "khả năng rất cao"),
    (80, "khả năng cao"),
    (60, "khả năng khá cao"),
    (40, "khả năng trung bình"),
    (0, "khả năng thấp"),
)


def label_help(name: str) -> LabelHelp:
    """Return the explanation of a label; a label of a user's own model has only its stored name."""
    if name not in LABEL_NAMES:
        return LabelHelp(name, name, name, "", "")
    label = label_named(name)
    means, not_this = (" ".join(text.split()) for text in _EXPLANATIONS[name])
    return LabelHelp(label.name, _capitalised(label.vietnamese), label.english, means, not_this)


def all_labels() -> tuple[LabelHelp, ...]:
    """Explain the labels, in their order."""
    return tuple(label_help(label.name) for label in LABELS)


def chance_in_words(percent: int) -> str:
    """Return a probability (in per cent) in words: `khả năng cao` for 87."""
    return next(words for least, words in _CHANCES if percent >= least)


def engagement_name(key: str) -> str:
    """Return the Vietnamese name of a count such as likes; an unknown key stays as it is."""
    return _ENGAGEMENT.get(key, key)
