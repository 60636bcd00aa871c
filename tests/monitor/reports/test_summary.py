"""The sentences of a summary follow from the figures, also where these are zero, equal, or not yet complete."""

from dataclasses import replace
from datetime import timedelta

import pytest

from classifiers.labels import LABEL_NAMES
from monitor.reports import summary, tables, wording
from monitor.reports.figures import LabelFigures, RuleFigures, Totals, WeekFigures
from monitor.reports.iso_week import Week
from storage.database import Database
from tests.monitor.reports.sample_week import THURSDAY, gathered


def totals(posts: int, flagged: int = 0, **flags: int) -> Totals:
    return Totals(posts=posts, reference_posts=0, flagged_posts=flagged, flags=dict.fromkeys(LABEL_NAMES, 0) | flags)


def labels(**states: int) -> tuple[LabelFigures, ...]:
    every = {"open": 0, "confirmed": 0, "rejected": 0, "unsure": 0}
    return (LabelFigures(label="concern", states=every | states, decisions={}, previous=0),)


def said(figures: WeekFigures) -> str:
    return " ".join(summary.sentences(figures))


def test_a_full_week_is_told_in_six_sentences(figures: WeekFigures) -> None:
    collected, flagged, labelled, reviewed, peaks, reached = summary.sentences(figures)
    assert collected == (
        "Trong tuần, hệ thống thu thập 5 bài công khai từ 2 nguồn theo dõi, tăng 4 bài so với tuần trước; "
        "ngoài ra có 1 bài từ nguồn đối chiếu."
    )
    assert flagged == "Máy gợi ý 4 bài cần xem xét, chiếm 80,0% số bài theo dõi, tăng 3 bài so với tuần trước."
    assert labelled == (
        "Theo nhãn: “Chưa kiểm chứng” 2 gợi ý (tăng 2); “Tiêu cực, vi phạm chuẩn mực đạo đức” 2 gợi ý (tăng 2); "
        "“Bức xúc của người lao động” 1 gợi ý (không thay đổi)."
    )
    assert reviewed == (
        "Cán bộ đã kết luận 2 gợi ý: 1 đúng, 1 không phải (tỷ lệ gợi ý đúng 50,0%); còn 3 gợi ý đang chờ."
    )
    assert peaks == (
        "Nguồn có nhiều bài được gợi ý nhất là forum (3 bài); "
        "ngày có nhiều gợi ý nhất là thứ Hai 16/11 và thứ Năm 19/11 (cùng 2 gợi ý)."
    )
    assert reached == (
        "Có 1 nguồn gặp trục trặc khi đọc và 1 nguồn theo dõi không có bài mới, nên số liệu có thể chưa đầy đủ."
    )


def test_a_week_without_posts_says_so_and_does_not_call_it_calm(nothing: WeekFigures) -> None:
    sentences = summary.sentences(nothing)
    assert sentences[0] == "Tuần này không thu thập được bài nào."
    assert "không có nghĩa là không có vấn đề" in sentences[2]
    assert sentences[-1] == "Trong tuần chưa có nguồn nào được đăng ký."
    assert len(sentences) == 4


def test_decisions_on_older_posts_are_told_in_a_week_without_posts(full_week: Database) -> None:
    figures = replace(gathered(full_week), totals=totals(0))
    assert "Trong tuần, cán bộ đã ra 3 quyết định về bài của các tuần trước." in summary.sentences(figures)


@pytest.mark.parametrize(
    ("now", "before", "words"),
    [
        (10, 7, "10 bài công khai từ 2 nguồn theo dõi, tăng 3 bài so với tuần trước"),
        (7, 1234, "giảm 1.227 bài so với tuần trước"),
        (7, 7, "không thay đổi so với tuần trước"),
        (7, 0, "tuần trước không có số liệu để so sánh"),
    ],
)
def test_the_week_before_is_compared(figures: WeekFigures, now: int, before: int, words: str) -> None:
    assert words in said(replace(figures, totals=totals(now), previous=totals(before)))


def test_a_week_that_still_runs_is_not_compared(full_week: Database) -> None:
    figures = gathered(full_week, now=THURSDAY + timedelta(hours=2))
    assert "tuần chưa kết thúc, chưa so sánh với tuần trước" in said(figures)
    assert "so với tuần trước" not in said(figures)
    assert "Tuần chưa kết thúc" in dict(summary.notes(figures))["Thời điểm lập"]
    assert tables.totals(figures).columns[1].heading == "Tuần này (chưa hết)"


def test_no_flag_at_all_is_said_in_words(figures: WeekFigures) -> None:
    told = said(replace(figures, totals=totals(5), labels=(), days=(), sources=figures.sources[-1:]))
    assert "Máy không gợi ý bài nào cần xem xét" in told
    assert "Theo nhãn" not in told
    assert "ngày có nhiều gợi ý nhất" not in told


@pytest.mark.parametrize(
    ("states", "words"),
    [
        ({"open": 3}, "Chưa có gợi ý nào trong tuần được cán bộ kết luận; còn 3 gợi ý đang chờ."),
        ({"confirmed": 2}, "2 đúng, 0 không phải (tỷ lệ gợi ý đúng 100,0%); không còn gợi ý nào đang chờ."),
        ({"unsure": 1, "rejected": 1}, "không còn gợi ý nào đang chờ và 1 gợi ý chưa rõ."),
    ],
)
def test_what_was_reviewed_is_told(figures: WeekFigures, states: dict[str, int], words: str) -> None:
    assert words in said(replace(figures, labels=labels(**states)))


def test_three_days_that_are_equally_busy_say_nothing(figures: WeekFigures) -> None:
    days = tuple(replace(day, flags={"concern": 1}) for day in figures.days[:3])
    assert "ngày có nhiều gợi ý nhất" not in said(replace(figures, days=days))


def test_the_note_says_who_decides_and_with_what(figures: WeekFigures) -> None:
    notes = dict(summary.notes(figures))
    assert notes["Vai trò của máy"].startswith("Điểm số là gợi ý của máy; con người quyết định.")
    assert "default-1 (chưa kiểm chứng từ 50,0%, tiêu cực từ 50,0%, bức xúc từ 50,0%)" in notes["Vai trò của máy"]
    assert "không được coi là tin sai" in notes["Ý nghĩa của nhãn"]
    assert notes["Phiên bản số liệu"].startswith("Phiên bản 2 ")


def test_without_a_model_no_post_is_called_read(nothing: WeekFigures) -> None:
    notes = dict(summary.notes(nothing))
    assert notes["Bài chờ máy đọc"] == "Chưa có mô hình nào đọc bài."
    assert "Chưa có mô hình nào được dùng." in notes["Vai trò của máy"]


def test_title_and_span_name_the_week() -> None:
    assert summary.title(Week(2026, 53)) == "Báo cáo tổng hợp tuần 53 năm 2026"
    assert summary.span(Week(2026, 53)) == "Từ thứ Hai, 28/12/2026 đến Chủ nhật, 03/01/2027 (giờ Việt Nam)"


def test_numbers_are_written_as_in_viet_nam() -> None:
    assert [wording.number(value) for value in (0, 999, 1234567)] == ["0", "999", "1.234.567"]
    assert [wording.share(value) for value in (None, 0.0, 0.1234, 1.0)] == ["–", "0,0%", "12,3%", "100,0%"]
    assert [wording.change(value) for value in (3, 0, -1200)] == ["+3", "0", "−1.200"]


def test_posts_that_were_nearly_flagged_are_told(figures: WeekFigures) -> None:
    assert "12 bài khác máy chưa đủ chắc để gắn cờ." in said(
        replace(figures, totals=replace(totals(50, 3), unsure_posts=12))
    )
    none_flagged = replace(figures, totals=replace(totals(50), unsure_posts=12))
    assert "Máy không gợi ý bài nào cần xem xét" in said(none_flagged)
    assert "chưa đủ chắc" in said(none_flagged)
    assert "chưa đủ chắc" not in said(figures)


@pytest.mark.parametrize(
    ("threshold_rules", "words"),
    [
        (RuleFigures("negative", "feed", "precision", 0.9), "tiêu cực, nguồn loại feed, nhắm tỷ lệ đúng 90,0%."),
        (RuleFigures("concern", "*", "probability", 0.7), "bức xúc, mọi loại nguồn, từ xác suất 70,0%."),
        (RuleFigures("*", "*", "budget", 7.5), "nâng hoặc hạ đều cho vừa khoảng 7,5 gợi ý mỗi ngày."),
    ],
    ids=["precision", "probability", "budget"],
)
def test_thresholds_that_people_set_are_named_in_the_method(
    threshold_rules: RuleFigures, words: str, figures: WeekFigures
) -> None:
    noted = dict(summary.notes(replace(figures, method=replace(figures.method, threshold_rules=(threshold_rules,)))))
    assert noted["Vai trò của máy"].endswith(f"Người vận hành đã đặt lại ngưỡng: {words}")
    assert "đặt lại ngưỡng" not in dict(summary.notes(figures))["Vai trò của máy"]
