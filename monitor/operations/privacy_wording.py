"""Vietnamese wording of the record of personal data, and the articles to which it speaks."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

LAW: Final = "Luật Bảo vệ dữ liệu cá nhân số 91/2025/QH15"
DECREE: Final = "Nghị định 356/2025/NĐ-CP"
TITLE: Final = "Báo cáo về dữ liệu cá nhân đang lưu giữ"
CAUTION: Final = (
    "Văn bản này do phần mềm lập từ số liệu của máy, không phải ý kiến pháp lý. Căn cứ, phạm vi và thời hạn xử lý do "
    "đơn vị quyết định: hãy hỏi luật sư trước khi nộp hoặc dựa vào văn bản này."
)
PURPOSE: Final = (
    "Mục đích: đọc bài đăng công khai để công đoàn biết thông tin nào chưa được kiểm chứng đang lan truyền, hành vi "
    "nào vi phạm chuẩn mực đạo đức và người lao động đang bức xúc điều gì. Máy chỉ gợi ý, người xem xét quyết định. "
    "Phần mềm không lập hồ sơ về cá nhân nào: không có chức năng tìm, xếp hạng hay liên kết bài theo người đăng."
)
NOT_RECORDED: Final = (
    "Nhật ký ghi mỗi lần đăng nhập, quyết định, trả lời, xem chỗ đã che, tải, xuất ra và thay đổi. Việc mở và đọc "
    "từng bài không được ghi. Người dùng máy chủ chạy lệnh không cần tài khoản: các việc đó nằm ở dòng cuối."
)
OPERATOR: Final = "Người vận hành (lệnh) và chương trình"

KINDS: Final[Mapping[str, tuple[str, str, str]]] = {
    "posts": ("Bài đăng", "nội dung có thể nhắc tới người; người đăng chỉ còn bí danh có khóa", "theo nguồn"),
    "revisions": ("Phiên bản cũ của bài", "như bài đăng", "cùng bài đăng"),
    "clusters": ("Nhóm bài giống nhau", "vài từ của bài đầu tiên", "cùng bài cuối cùng của nhóm"),
    "search_texts": ("Chữ để tìm kiếm", "từ ngữ của bài đăng, không có người đăng", "cùng bài đăng"),
    "search_notes": ("Chữ ghi chú để tìm kiếm", "từ ngữ của ghi chú bên quyết định", "cùng bài đăng"),
    "fact_checks": ("Kết luận kiểm chứng", "lời của bài kiểm chứng và tên nơi kiểm chứng", "cùng bài kiểm chứng"),
    "captures": ("Lần đọc trang", "địa chỉ trang; tệp gốc ở dòng dưới", "cùng bài đăng"),
    "flags": ("Gợi ý", "từ ngữ của bài làm căn cứ, câu tóm tắt đã che tên, tên người đang xem", "cùng bài đăng"),
    "reviews": ("Quyết định", "ghi chú và tên người xem xét", "cùng bài đăng"),
    "assignments": ("Việc đã giao", "tên người giao và người nhận", "cùng bài đăng"),
    "quote_choices": ("Bài chọn để trích dẫn", "tên người chọn", "cùng bài đăng"),
    "corrections": ("Đính chính", "tên người viết, không có nội dung bài", "ở lại sau khi bài đã xóa"),
    "cases": (
        "Vụ việc của người lao động",
        "địa bàn, câu tóm tắt đã che tên và tên người mở, không có nội dung bài",
        "ở lại sau khi bài đã xóa",
    ),
    "case_events": ("Diễn biến của vụ việc", "ghi chú và tên người xử lý", "ở lại sau khi bài đã xóa"),
    "correction_events": (
        "Diễn biến của đính chính",
        "tên người viết và người duyệt; lời đính chính không nêu cá nhân",
        "ở lại sau khi bài đã xóa",
    ),
    "handovers": ("Ghi chú bàn giao", "lời và tên người viết", "không tự xóa"),
    "saved_searches": ("Tìm kiếm và bộ lọc đã lưu", "từ khóa, bộ lọc và tên người lưu", "đến khi người lưu xóa"),
    "alerts": ("Cảnh báo", "số liệu, và tên người đã xem, đã xử lý; không có nội dung bài", "không tự xóa"),
    "users": ("Tài khoản", "tên đăng nhập, vai trò, mật khẩu đã băm", "đến khi đơn vị xóa"),
    "sessions": ("Phiên đăng nhập", "địa chỉ mạng và trình duyệt của người dùng", "30 ngày"),
    "api_keys": ("Khóa API", "tên khóa và tên người tạo; khóa chỉ ở dạng đã băm", "không tự xóa"),
    "audit_events": ("Nhật ký", "ai làm gì, lúc nào", "không xóa"),
    "reports": ("Số liệu của báo cáo", "không có tên người đăng", "đến khi đơn vị xóa"),
    "report_drafts": ("Câu của báo cáo do người sửa", "lời của cán bộ, đã che theo quy tắc", "đến khi đơn vị xóa"),
    "outbox": (
        "Lần gửi báo cáo, cảnh báo, quyết định",
        "địa chỉ thư của người nhận; số hiệu, không có nội dung bài",
        "của quyết định: 30 ngày; còn lại không tự xóa",
    ),
    "erased_authors": ("Bí danh của người đã yêu cầu xóa", "bí danh có khóa, để không lưu lại", "không xóa"),
    "capture_files": ("Tệp trang gốc (captures)", "trang như đã đăng, gồm tên người đăng", "cùng bài đăng"),
    "report_files": ("Tệp báo cáo (reports)", "trích dẫn đã che theo quy tắc, có thể sót", "đến khi đơn vị xóa"),
    "model_files": ("Mô hình (models)", "trọng số và từ ngữ, không có bài", "đến khi thay"),
}
USES: Final[Mapping[str, tuple[str, ...]]] = {
    "Đăng nhập": ("sign_in",),
    "Quyết định": ("decision",),
    "Trả lời": ("answer",),
    "Xem chỗ đã che": ("personal_data.shown",),
    "Tải, xuất ra": ("report_download", "search_export", "export"),
    "Bị từ chối": ("access_denied",),
    "Xóa": ("erasure", "retention"),
    "Sao lưu, khôi phục": ("backup.written", "restored"),
}


@dataclass(frozen=True, slots=True)
class Article:
    """An article, what it is about, and where the record or the program answers it."""

    text: str
    number: str
    about: str
    answer: str


ARTICLES: Final[Sequence[Article]] = (
    Article(LAW, "Điều 4", "quyền của chủ thể dữ liệu", "xem và xóa: lệnh kiemtin erase --find, rồi kiemtin erase"),
    Article(LAW, "Điều 9", "sự đồng ý của chủ thể dữ liệu", "cột “Căn cứ”: đơn vị ghi cho từng nguồn"),
    Article(LAW, "Điều 13", "chỉnh sửa dữ liệu", "bài sửa trên trang gốc được đọc lại thành phiên bản mới"),
    Article(LAW, "Điều 14", "xóa, hủy dữ liệu", "thời hạn của nguồn, bảng xóa, lệnh kiemtin erase --verify"),
    Article(LAW, "Điều 19", "xử lý không cần sự đồng ý", "đơn vị tự xác định có thuộc trường hợp này không"),
    Article(LAW, "Điều 21", "đánh giá tác động xử lý dữ liệu", "các bảng ở đây là số liệu cho hồ sơ của đơn vị"),
    Article(LAW, "Điều 23", "thông báo vi phạm", "lệnh kiemtin audit"),
    Article(DECREE, "Điều 3, Điều 4", "danh mục dữ liệu cơ bản và nhạy cảm", "cột “Dữ liệu cá nhân trong đó”"),
    Article(DECREE, "Điều 5", "thời hạn trả lời chủ thể dữ liệu", "đơn vị theo dõi; lệnh xóa chạy ngay"),
)


def articles_as_data() -> list[dict[str, Any]]:
    """Return the articles as plain data."""
    return [asdict(article) for article in ARTICLES]
