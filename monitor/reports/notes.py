"""What a report says of itself: how it was measured, and what it cannot say."""

from collections.abc import Iterator
from typing import Final

from monitor.catalogues import N_
from monitor.reports.figures import SCHEMA, ReportFigures
from monitor.reports.findings import reviewed_share
from monitor.reports.method import RuleFigures, share_interval
from monitor.reports.wording import Wording
from storage.scoring.threshold_rules import EVERY

CLAIMS: Final = N_(
    "Chỉ nêu nội dung đã được cán bộ xác nhận là chưa kiểm chứng. “Chưa thấy nguồn nào” không có nghĩa là tin sai. "
    "Các bài giống nhau được tính là một nội dung."
)
PLACES: Final = N_(
    "Địa bàn được ghi đến cấp xã. Nơi có dưới ba vụ việc được gộp chung để không chỉ ra người cụ thể; vì thế số dưới "
    "ba của các kỳ trước cũng không ghi."
)
DECENCY: Final = N_(
    "Chỉ nêu số lượng, không nêu nội dung và không nêu người viết. Phê bình chính sách, cơ quan, doanh nghiệp hay "
    "công đoàn không bị tính là thiếu chuẩn mực."
)
_COUNTING: Final = N_(
    "Bài được tính vào kỳ mà bài được đăng, theo giờ Việt Nam; nếu nền tảng không cho biết ngày đăng thì tính theo "
    "lúc hệ thống thấy lần đầu. Bài đăng từ trước mà nay mới thu thập được ghi riêng là “nhập bù” và tính vào kỳ đã "
    "đăng, nên số liệu của kỳ trước có thể thay đổi khi lập lại."
)
_MACHINE: Final = N_(
    "Máy chỉ gợi ý; cán bộ quyết định. Chỉ gợi ý đã được xác nhận mới được tính; gợi ý đang chờ hoặc chưa rõ được "
    "ghi riêng. %(models)s"
)
_COMPARING: Final = N_(
    "So sánh chỉ ghi “tăng” hoặc “giảm” khi mức chênh lệch vượt quá ngẫu nhiên (kiểm định Poisson, 5%) dù các gợi ý "
    "còn chờ có kết luận thế nào; nếu không thì ghi “chưa đủ để kết luận”. Khoảng tin cậy 95% của số đếm theo "
    "Poisson, của tỷ lệ theo Wilson."
)
_LIMITS: Final = N_(
    "Hệ thống chỉ đọc nguồn công khai đã đăng ký và được phép đọc; không đọc nhóm kín, tin nhắn riêng hay trang phải "
    "đăng nhập. Số liệu vì vậy không đại diện cho toàn bộ dư luận, và máy có thể bỏ sót."
)
_PRIVACY: Final = N_(
    "Trích dẫn do cán bộ chọn. Dữ liệu cá nhân được che theo quy tắc tự động và phải được đọc lại trước khi gửi; "
    "trang kèm theo liệt kê những chỗ đã che và những chỗ đã xem và để lại. Từ tục được viết tắt. Báo cáo không nêu "
    "tác giả và không dẫn địa chỉ bài."
)


def notes(figures: ReportFigures, words: Wording) -> tuple[str, ...]:
    """Return the notes on method and limits."""
    return tuple(_notes(figures, words))


def _notes(figures: ReportFigures, words: Wording) -> Iterator[str]:
    say, method = words.language.say, figures.method
    made = say(
        "Lập lúc %(moment)s; phiên bản số liệu %(schema)s.", moment=words.moment(method.generated_at), schema=SCHEMA
    )
    partial = say("Kỳ báo cáo chưa kết thúc: số liệu chỉ tính đến thời điểm này.")
    yield made if method.complete else f"{made} {partial}"
    yield say(_COUNTING)
    yield say(_MACHINE, models=_models(figures, words))
    yield _reviewed(figures, words)
    yield say(_COMPARING)
    yield say(_LIMITS)
    yield _unscored(figures, words)
    yield say(_PRIVACY)


def _models(figures: ReportFigures, words: Wording) -> str:
    say, method = words.language.say, figures.method
    if not method.models:
        return say("Chưa có mô hình nào được dùng.")
    told = []
    for version, thresholds in method.models.items():
        limits = ", ".join(
            f"{words.short_label(name).lower()} {words.share(value)}" for name, value in thresholds.items()
        )
        told.append(f"{version} ({limits})" if limits else version)
    text = say("Mô hình và ngưỡng gợi ý: %(models)s.", models="; ".join(told))
    if not method.threshold_rules:
        return text
    rules = "; ".join(_rule(row, words) for row in method.threshold_rules)
    return f"{text} {say('Người vận hành đã đặt lại ngưỡng: %(rules)s.', rules=rules)}"


def _rule(row: RuleFigures, words: Wording) -> str:
    say = words.language.say
    if row.aim == "budget":
        return say("điều chỉnh cho vừa khoảng %(number)s gợi ý mỗi ngày", number=words.language.decimal(row.value, 0))
    kind = say("mọi loại nguồn") if row.source_kind == EVERY else say("nguồn loại %(kind)s", kind=row.source_kind)
    way = say("nhắm tỷ lệ đúng") if row.aim == "precision" else say("từ xác suất")
    return f"{words.short_label(row.label).lower()}, {kind}, {way} {words.share(row.value)}"


def _reviewed(figures: ReportFigures, words: Wording) -> str:
    say, counted = words.language.say, words.language.counted
    part = reviewed_share(figures.labels)
    if part is None:
        return say("Trong kỳ máy không gợi ý bài nào.")
    text = say("Cán bộ đã kết luận %(share)s số gợi ý trong kỳ; tỷ lệ gợi ý đúng ở Phụ lục.", share=words.share(part))
    agreement = figures.method.agreement
    if not agreement.flags:
        return f"{text} {say('Chưa có gợi ý nào do từ hai người cùng xem, nên chưa đo được mức thống nhất.')}"
    low, high = share_interval(agreement.agreed, agreement.flags)
    same = counted(
        "Trong %(count)s gợi ý do từ hai người cùng xem, %(agreed)s được kết luận như nhau "
        "(khoảng tin cậy 95%%: %(low)s đến %(high)s).",
        agreement.flags,
        agreed=words.language.number(agreement.agreed),
        low=words.share(low),
        high=words.share(high),
    )
    return f"{text} {same}"


def _unscored(figures: ReportFigures, words: Wording) -> str:
    if figures.method.unscored:
        text = N_("Còn %(count)s bài của kỳ chưa được máy đọc lúc lập báo cáo; các bài đó chưa có trong số gợi ý.")
        return words.language.counted(text, figures.method.unscored)
    if figures.method.models:
        return words.language.say("Mọi bài của kỳ đã được máy đọc.")
    return words.language.say("Chưa có mô hình nào đọc bài.")
