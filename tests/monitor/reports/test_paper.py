"""The paper that is signed: plain words chosen by rules, each amount and trend only as far as the counts bear it."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.reports.comparison import Count, compare
from monitor.reports.document import build_document
from monitor.reports.figures import ReportFigures
from monitor.reports.paper import OWN, amount_words, paper, spread_words, trend_words
from monitor.reports.wording import load_wording
from monitor.settings.reports import ReportSettings
from storage.database import Database
from storage.figures.report_counts import Spread
from tests.monitor.reports.many_posts import fill_many
from tests.monitor.reports.sample_week import THURSDAY, gathered

WORDS = load_wording("vi")
STATISTICS = {
    "vi": (
        "95%", "Poisson", "Wilson", "khoảng tin cậy", "chưa đủ để kết luận", "xác suất", "trung bình", "ngẫu nhiên",
        "kiểm định", "mô hình", "ngưỡng", "tỷ lệ", "phân vị", "sai số", "độ chính xác", "độ lệch",
    ),
    "en": (
        "95%", "Poisson", "Wilson", "interval", "probability", "the mean", "average", "chance", "significant", "model",
        "threshold", "share", "percentile", "precision", "deviation", "inconclusive",
    ),
}  # fmt: skip


def texts(figures: ReportFigures, **edits: str) -> dict[str, str]:
    return {one.key: one.text for part in paper(figures, WORDS, edits) for one in part.sentences}


def test_a_week_is_told_in_six_parts(figures: ReportFigures) -> None:
    assert texts(figures) == {
        "news.found": "Hệ thống đọc 6 bài công khai của 2 nguồn; cán bộ xác nhận 1 bức xúc và 1 tin chưa kiểm chứng.",
        "news.new": "Kỳ trước chưa thấy bức xúc về: lương.",
        "news.sure": "Còn 2 trong 5 bài máy gợi ý chưa có kết luận, nên các số trên có thể còn tăng.",
        "count.concern": (
            "Cán bộ xác nhận 1 bài nêu bức xúc của người lao động, thành 1 vụ việc: 1 đã chuyển, chờ trả lời."
        ),
        "concern.1": (
            "1. “=SUM(A1) Ba tháng nay công ty chưa trả lương, đ…”. Lương, phường Đoàn Kết, tỉnh Lai Châu: "
            "một bài ngày 16/11, chưa thấy lan. Đã chuyển, chờ trả lời (Công đoàn khu công nghiệp)."
        ),
        "count.unverified": "Cán bộ xác nhận 1 bài chưa kiểm chứng.",
        "claim.3": (
            "1. “Ngân hàng sắp phá sản, liên hệ anh [tên] [số điện thoại], [tài khoản], xem [liên kết]”. 2 bài ở cùng "
            "một nguồn, từ ngày 19/11. Có nguồn bác bỏ: bao.example.vn; chưa có lời đính chính."
        ),
        "count.negative": "Chưa có bài thiếu chuẩn mực nào được cán bộ xác nhận trong kỳ.",
        "not_read": (
            "1 nguồn không đọc được đầy đủ (channel), nên số liệu có thể thiếu. "
            "6 bài máy chưa đọc xong lúc lập báo cáo."
        ),
        "ask.answer.Công đoàn khu công nghiệp": "- Công đoàn khu công nghiệp: trả lời về 1 vụ việc đã chuyển.",
        "ask.correct": "- Bộ phận tuyên truyền: đính chính 1 thông tin đã có nguồn bác bỏ.",
        "ask.review": "- Cán bộ xem xét: kết luận 2 bài đang chờ.",
        "ask.sources": "- Người vận hành: kiểm tra 1 nguồn không đọc được đầy đủ.",
        OWN: "",
    }


@pytest.mark.parametrize(
    ("spread", "said"),
    [
        ((1, 1), "một bài ngày 19/11, chưa thấy lan"),
        ((2, 1), "2 bài ở cùng một nguồn, từ ngày 19/11"),
        ((5, 3), "5 bài ở 3 nguồn, từ ngày 19/11"),
        ((1200, 30), "1.200 bài ở 30 nguồn, từ ngày 19/11"),
    ],
)
def test_how_far_something_went(spread: tuple[int, int], said: str) -> None:
    assert spread_words(Spread(*spread, THURSDAY), WORDS) == said


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [(3, 7, "3 trong 7"), (19, 19, "19 trong 19"), (5, 20, "5 trong 20 (25%)"), (1, 300, "1 trong 300 (0%)")],
)
def test_no_percentage_of_fewer_than_twenty(part: int, whole: int, said: str) -> None:
    assert amount_words(part, whole, WORDS) == said


FOUR = [Count(10), Count(12), Count(9), Count(9)]


@pytest.mark.parametrize(
    ("now", "earlier", "said"),
    [
        pytest.param(Count(30), FOUR, "Số bài “Bức xúc” tăng rõ so với bốn kỳ trước.", id="beyond chance"),
        pytest.param(Count(1), FOUR, "Số bài “Bức xúc” giảm rõ so với bốn kỳ trước.", id="beyond chance, down"),
        pytest.param(Count(12), FOUR, "", id="chance"),
        pytest.param(Count(10), [Count(10)] * 4, "", id="the same"),
        pytest.param(Count(30), FOUR[:3], "", id="three weeks"),
        pytest.param(Count(30), [None, *FOUR[1:]], "", id="a week in which nothing was read"),
        pytest.param(Count(5, pending=30), FOUR, "", id="what waits may change it"),
    ],
)
def test_a_trend_is_told_from_four_weeks_and_beyond_chance(now: Count, earlier: list[Count | None], said: str) -> None:
    assert trend_words(compare(now, earlier, complete=True).trend_of_mean, "Bức xúc", WORDS) == said


@pytest.mark.parametrize("flags", [0, 3, 300])
@pytest.mark.parametrize("code", ["vi", "en"])
def test_no_word_of_statistics_stands_in_the_paper(code: str, flags: int, sqlite_database: Database) -> None:
    if flags:
        with sqlite_database.work() as session:
            fill_many(session, flags=flags)
            session.commit()
    said = " ".join(one.text for part in paper(gathered(sqlite_database), load_wording(code)) for one in part.sentences)
    assert [word for word in STATISTICS[code] if re.search(rf"\b{re.escape(word)}", said, re.IGNORECASE)] == []


def test_nothing_is_compared_while_a_week_runs_or_where_nothing_was_read_before(figures: ReportFigures) -> None:
    runs = replace(figures, method=replace(figures.method, complete=False))
    assert texts(runs)["news.new"] == "Kỳ báo cáo chưa kết thúc nên chưa so sánh với kỳ trước."
    empty = replace(figures.earlier[0], posts=0)
    first = replace(figures, earlier=(empty,), concerns=replace(figures.concerns, topics=()))
    assert texts(first)["news.new"] == "Kỳ trước chưa có số liệu nên chưa nói được điều gì là mới."


def test_what_has_no_summary_says_so(figures: ReportFigures) -> None:
    claim = replace(figures.claims.listed[0], summary="", answered=1, refuted=False)
    told = texts(replace(figures, claims=replace(figures.claims, listed=(claim,))))["claim.3"]
    assert told.startswith("1. (Chưa có tóm tắt.) 2 bài ở cùng một nguồn")
    assert told.endswith("Chưa thấy nguồn nào nói về việc này; đã công bố lời đính chính.")


def test_many_cases_and_claims_are_told_by_their_number(figures: ReportFigures) -> None:
    case, claim = figures.concerns.listed[0], figures.claims.listed[0]
    cases = tuple(replace(case, number=number) for number in range(1, 31))
    claims = tuple(replace(claim, flag_id=number, spread=Spread(1, 1, THURSDAY + timedelta(1))) for number in range(9))
    many = replace(
        figures,
        concerns=replace(figures.concerns, listed=cases),
        claims=replace(figures.claims, listed=claims, total=40),
    )
    told = texts(many)
    assert told["concerns.more"] == "Còn 20 vụ việc khác, xem theo chủ đề và nơi ở Phụ lục."
    assert told["claims.more"] == "Còn 34 nội dung khác, xem Phụ lục."


def test_what_a_person_wrote_stands_in_the_place_of_a_sentence(figures: ReportFigures) -> None:
    edits = {
        "news.new": "Tuần này công nhân hỏi nhiều về lương.",
        "ask.sources": "",
        OWN: "- Ban Chính sách: về xã.",
    }
    parts = paper(figures, WORDS, edits)
    edited = {one.key: one.text for part in parts for one in part.sentences if one.edited}
    assert edited == edits
    document = build_document(figures, ReportSettings(), load_wording("vi"), edits=edits)
    said = [getattr(block, "text", "") for block in document.body]
    assert "Tuần này công nhân hỏi nhiều về lương." in said
    assert said[-1] == "- Ban Chính sách: về xã."
    assert not any("Người vận hành" in text for text in said)
