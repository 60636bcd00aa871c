"""The texts of a weekly report, in Vietnamese: title, summary sentences, and notes on method and limits."""

from collections import Counter
from collections.abc import Iterable, Sequence

from monitor.reports import wording
from monitor.reports.figures import SCHEMA_VERSION, RuleFigures, WeekFigures
from monitor.reports.iso_week import Week
from monitor.reports.source_problems import FAILED, GAP
from monitor.reports.wording import number, share
from storage.threshold_rules import EVERY

SUBJECT = "Thông tin công khai trên mạng liên quan đến đoàn viên, người lao động"
CAUTION = (
    "Các bài dưới đây chỉ được trích dẫn để kiểm tra, đối chiếu; không chia sẻ lại, không coi là thông tin đã xác "
    "minh. Tên người, tài khoản, số điện thoại, thư điện tử và liên kết đã được che. Xem bài gốc tại bàn xem xét theo "
    "số mục."
)
REMOVED = "(nền tảng không còn bài này nên không trích lại)"
_MOST_NAMED = 2  # a tie of more sources or days at the top is not worth a sentence


def title(week: Week) -> str:
    """Return the title."""
    return f"Báo cáo tổng hợp tuần {week.number} năm {week.year}"


def span(week: Week) -> str:
    """Return first and last day in words."""
    first, last = week.monday, week.sunday
    return (
        f"Từ {wording.weekday(first)}, {wording.day(first)} đến {wording.weekday(last)}, {wording.day(last)} "
        "(giờ Việt Nam)"
    )


def sentences(figures: WeekFigures) -> tuple[str, ...]:
    """Return the four to six sentences that sum up the figures."""
    if figures.totals.posts == 0:
        told = (*_nothing_collected(figures), _decided(figures))
    else:
        told = (_collected(figures), _flagged(figures), _labels(figures), _reviewed(figures), _peaks(figures))
    return tuple(sentence for sentence in (*told, _reached(figures)) if sentence)


def notes(figures: WeekFigures) -> tuple[tuple[str, str], ...]:
    """Return the notes on method and limits, as pairs of a heading and a text."""
    return (
        ("Thời điểm lập", _made(figures)),
        ("Cách đếm", _COUNTING),
        ("Vai trò của máy", "Điểm số là gợi ý của máy; con người quyết định. " + _models(figures)),
        ("Ý nghĩa của nhãn", _LABELS),
        ("Tỷ lệ gợi ý đúng", _PRECISION),
        ("Bài chưa đủ chắc để gắn cờ", _UNSURE),
        ("Giới hạn", _LIMITS),
        ("Bài chờ máy đọc", _unscored(figures)),
        ("Dữ liệu cá nhân", _PRIVACY),
        ("Phiên bản số liệu", f"Phiên bản {SCHEMA_VERSION} (schema version {SCHEMA_VERSION})."),
    )


_COUNTING = (
    "Bài được tính vào ngày hệ thống thấy lần đầu, theo giờ Việt Nam, từ 00:00 thứ Hai đến hết Chủ nhật. Một bài có "
    "thể mang nhiều nhãn, nên tổng số gợi ý có thể lớn hơn số bài. Nguồn đối chiếu chỉ dùng để kiểm tra, không "
    "bị gắn cờ."
)
_LABELS = (
    "Bài mang nhãn “chưa kiểm chứng” mới chỉ là gợi ý cho đến khi cán bộ xác nhận; không được coi là tin sai. Nhãn chỉ "
    "xét điều được khẳng định và cách ứng xử, không xét quan điểm: phê bình chính sách, cơ quan, doanh nghiệp hay công "
    "đoàn không phải là lý do để gắn nhãn."
)
_PRECISION = (
    "Số gợi ý được xác nhận là đúng chia cho số gợi ý đã có kết luận (đúng hoặc không phải), tính trên các bài trong "
    "tuần, theo tình trạng lúc lập báo cáo. Mục chưa rõ và đang chờ không được tính. Khi số đã kết luận còn ít, tỷ lệ "
    "này chưa nói lên nhiều."
)
_UNSURE = (
    "Những bài có điểm ngay dưới ngưỡng, mà nếu gắn cờ thì dự kiến đúng ít nhất một nửa. Máy không gợi ý các bài này "
    "và cũng không coi là bài bình thường; chúng được ưu tiên khi máy hỏi ý kiến cán bộ."
)
_LIMITS = (
    "Hệ thống chỉ đọc nguồn công khai đã đăng ký và được phép đọc; không đọc nhóm kín, tin nhắn riêng hay trang phải "
    "đăng nhập. Số liệu vì vậy không đại diện cho toàn bộ dư luận. Máy có thể bỏ sót bài đáng chú ý và có thể gợi ý "
    "nhầm; mục “Nguồn chưa đọc được đầy đủ” nêu những gì chưa đọc được."
)
_PRIVACY = (
    "Báo cáo không nêu tác giả và không dẫn địa chỉ bài. Bài được xóa khi hết thời hạn lưu giữ; báo cáo lưu trong hệ "
    "thống chỉ giữ số liệu, không giữ lời trích."
)


def _nothing_collected(figures: WeekFigures) -> tuple[str, ...]:
    first = "Tuần này không thu thập được bài nào"
    if figures.totals.reference_posts:
        first += f" từ các nguồn theo dõi; nguồn đối chiếu có {number(figures.totals.reference_posts)} bài"
    before = figures.previous.posts
    last = f"Tuần trước thu thập được {number(before)} bài." if before else "Tuần trước cũng không có bài nào."
    return (
        f"{first}.",
        last,
        "Vì vậy không có gợi ý nào để xem xét; điều đó không có nghĩa là không có vấn đề gì trong tuần.",
    )


def _collected(figures: WeekFigures) -> str:
    now = figures.totals
    giving = sum(1 for row in figures.sources if row.role == "monitored" and row.posts)
    text = f"Trong tuần, hệ thống thu thập {number(now.posts)} bài công khai từ {number(giving)} nguồn theo dõi"
    text += _compared(figures, now.posts, figures.previous.posts, "bài")
    if now.reference_posts:
        text += f"; ngoài ra có {number(now.reference_posts)} bài từ nguồn đối chiếu"
    return f"{text}."


def _compared(figures: WeekFigures, now: int, before: int, unit: str) -> str:
    """Compare with the week before, if both weeks are complete and have posts."""
    if not figures.method.complete:
        return " (tuần chưa kết thúc, chưa so sánh với tuần trước)" if unit == "bài" else ""
    if figures.previous.posts == 0:
        return " (tuần trước không có số liệu để so sánh)" if unit == "bài" else ""
    return f", {_change(now, before, unit)} so với tuần trước"


def _change(now: int, before: int, unit: str) -> str:
    if now == before:
        return "không thay đổi"
    return f"{'tăng' if now > before else 'giảm'} {number(abs(now - before))} {unit}".rstrip()


def _flagged(figures: WeekFigures) -> str:
    now = figures.totals
    comparable = figures.method.complete and figures.previous.posts > 0
    compared = f", {_change(now.flagged_posts, figures.previous.flagged_posts, 'bài')} so với tuần trước"
    unsure = f"; {number(now.unsure_posts)} bài khác máy chưa đủ chắc để gắn cờ" if now.unsure_posts else ""
    if now.flagged_posts == 0:
        return f"Máy không gợi ý bài nào cần xem xét{compared if comparable else ''}{unsure}."
    part = share(now.flagged_posts / now.posts)
    text = f"Máy gợi ý {number(now.flagged_posts)} bài cần xem xét, chiếm {part} số bài theo dõi"
    return f"{text}{compared if comparable else ''}{unsure}."


def _labels(figures: WeekFigures) -> str:
    if figures.totals.all_flags == 0:
        return ""
    comparable = figures.method.complete and figures.previous.posts > 0
    parts = []
    for name in figures.label_names:
        now, before = figures.totals.flags[name], figures.previous.flags[name]
        amount = f"{number(now)} gợi ý" if now else "không có gợi ý nào"
        parts.append(
            f"“{wording.label_name(name)}” {amount}" + (f" ({_change(now, before, '')})" if comparable else "")
        )
    return f"Theo nhãn: {'; '.join(parts)}."


def _reviewed(figures: WeekFigures) -> str:
    states: Counter[str] = Counter()
    for row in figures.labels:
        states.update(row.states)
    confirmed, rejected = states["confirmed"], states["rejected"]
    if states.total() == 0:
        return _decided(figures)
    waiting = f"còn {number(states['open'])} gợi ý đang chờ" if states["open"] else "không còn gợi ý nào đang chờ"
    if states["unsure"]:
        waiting += f" và {number(states['unsure'])} gợi ý chưa rõ"
    if confirmed + rejected == 0:
        return f"Chưa có gợi ý nào trong tuần được cán bộ kết luận; {waiting}."
    right = share(confirmed / (confirmed + rejected))
    return (
        f"Cán bộ đã kết luận {number(confirmed + rejected)} gợi ý: {number(confirmed)} đúng, {number(rejected)} không "
        f"phải (tỷ lệ gợi ý đúng {right}); {waiting}."
    )


def _decided(figures: WeekFigures) -> str:
    """Return the sentence on decisions about earlier posts, for a week without posts."""
    taken = sum(sum(row.decisions.values()) for row in figures.labels)
    return f"Trong tuần, cán bộ đã ra {number(taken)} quyết định về bài của các tuần trước." if taken else ""


def _peaks(figures: WeekFigures) -> str:
    sources = _top((row.name, row.flagged_posts) for row in figures.sources)
    days = _top(
        (f"{wording.weekday(day.date)} {wording.short_day(day.date)}", sum(day.flags.values())) for day in figures.days
    )
    parts = []
    if sources:
        parts.append(f"nguồn có nhiều bài được gợi ý nhất là {_joined(sources, 'bài')}")
    if days:
        parts.append(f"ngày có nhiều gợi ý nhất là {_joined(days, 'gợi ý')}")
    return f"{wording.capitalised('; '.join(parts))}." if parts else ""


def _top(counted: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    """Return the largest, or two equal largest ones; empty when more are equal or all are zero."""
    pairs = list(counted)
    most = max((count for _, count in pairs), default=0)
    found = [pair for pair in pairs if pair[1] == most]
    return found if most and len(found) <= _MOST_NAMED else []


def _joined(top: Sequence[tuple[str, int]], unit: str) -> str:
    names = " và ".join(name for name, _ in top)
    return f"{names} ({'cùng ' if len(top) > 1 else ''}{number(top[0][1])} {unit})"


def _reached(figures: WeekFigures) -> str:
    ran_badly = {line.source for line in figures.source_problems if line.problem in (FAILED, GAP)}
    silent = sum(1 for row in figures.sources if row.role == "monitored" and not row.posts)
    parts = []
    if ran_badly:
        parts.append(f"có {number(len(ran_badly))} nguồn gặp trục trặc khi đọc")
    if silent:
        parts.append(f"{number(silent)} nguồn theo dõi không có bài mới")
    if not figures.sources:
        return "Trong tuần chưa có nguồn nào được đăng ký."
    if not parts:
        return "Các nguồn theo dõi đều có bài mới và không ghi nhận trục trặc khi đọc."
    ending = ", nên số liệu có thể chưa đầy đủ" if ran_badly else ""
    return f"{wording.capitalised(' và '.join(parts))}{ending}."


def _made(figures: WeekFigures) -> str:
    made = f"Lập lúc {wording.moment(figures.method.generated_at)}."
    return made if figures.method.complete else f"{made} Tuần chưa kết thúc: số liệu chỉ tính đến thời điểm này."


def _models(figures: WeekFigures) -> str:
    if not figures.method.models:
        return "Chưa có mô hình nào được dùng."
    told = []
    for version, thresholds in figures.method.models.items():
        limits = ", ".join(
            f"{wording.short_label(name).lower()} từ {share(threshold)}" for name, threshold in thresholds.items()
        )
        told.append(f"{version} ({limits})" if limits else version)
    text = f"Mô hình và ngưỡng gợi ý: {'; '.join(told)}."
    if not figures.method.threshold_rules:
        return text
    changes = "; ".join(map(_rule, figures.method.threshold_rules))
    return f"{text} Người vận hành đã đặt lại ngưỡng: {changes}."


def _rule(row: RuleFigures) -> str:
    if row.aim == "budget":
        return f"nâng hoặc hạ đều cho vừa khoảng {row.value:g} gợi ý mỗi ngày".replace(".", ",")
    kind = "mọi loại nguồn" if row.source_kind == EVERY else f"nguồn loại {row.source_kind}"
    way = "nhắm tỷ lệ đúng" if row.aim == "precision" else "từ xác suất"
    return f"{wording.short_label(row.label).lower()}, {kind}, {way} {share(row.value)}"


def _unscored(figures: WeekFigures) -> str:
    if not figures.method.unscored:
        return "Mọi bài theo dõi đã được máy đọc." if figures.method.models else "Chưa có mô hình nào đọc bài."
    return (
        f"Còn {number(figures.method.unscored)} bài theo dõi chưa được máy đọc lúc lập báo cáo; chưa có trong số gợi ý."
    )
