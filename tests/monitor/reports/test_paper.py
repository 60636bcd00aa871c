"""The paper that is signed: plain words chosen by rules, each amount and trend only as far as the counts bear it."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.reports.comparison import Count, compare
from monitor.reports.document import build_document
from monitor.reports.figures import ReportFigures
from monitor.reports.paper import OWN, paper
from monitor.reports.wording import load_wording, reach_words, trend_words
from monitor.settings.reports import ReportSettings
from storage.database import Database
from storage.figures.report_matters import MatterAnswers
from storage.review.matters import Reach
from tests.monitor.reports.many_posts import fill_many
from tests.monitor.reports.sample_week import SUNDAY, THURSDAY, gathered

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
    expected = Path(__file__).with_name("paper.txt").read_text(encoding="utf-8")
    assert [f"{key} = {text}".rstrip() for key, text in texts(figures).items()] == expected.splitlines()


@pytest.mark.parametrize(
    ("reach", "said"),
    [
        ((1, 1), "1 bài ngày 19/11; chưa ghi nhận đăng lại"),
        ((2, 1), "2 bài ở cùng một nguồn, bài đầu tiên ngày 19/11"),
        ((5, 3), "5 bài ở 3 nguồn, bài đầu tiên ngày 19/11"),
        ((1200, 30), "1.200 bài ở 30 nguồn, bài đầu tiên ngày 19/11"),
    ],
)
def test_how_far_something_went(reach: tuple[int, int], said: str) -> None:
    assert reach_words(Reach(*reach, THURSDAY), WORDS) == said


CONCERNS = "Về bức xúc, số lượt xếp loại"
FOUR = [Count(10), Count(12), Count(9), Count(9)]


@pytest.mark.parametrize(
    ("now", "earlier", "said"),
    [
        pytest.param(
            Count(30), FOUR, f"{CONCERNS} tăng rõ: kỳ này 30, cả bốn kỳ trước cộng lại 40.", id="beyond chance"
        ),
        pytest.param(
            Count(1), FOUR, f"{CONCERNS} giảm rõ: kỳ này 1, cả bốn kỳ trước cộng lại 40.", id="beyond chance, down"
        ),
        pytest.param(Count(12), FOUR, "", id="chance"),
        pytest.param(Count(10), [Count(10)] * 4, "", id="the same"),
        pytest.param(Count(30), FOUR[:3], "", id="three weeks"),
        pytest.param(Count(30), [None, *FOUR[1:]], "", id="a week in which nothing was read"),
        pytest.param(Count(5, pending=30), FOUR, "", id="what waits may change it"),
    ],
)
def test_a_trend_is_told_from_four_weeks_and_beyond_chance(now: Count, earlier: list[Count | None], said: str) -> None:
    assert trend_words(compare(now, earlier, complete=True), "bức xúc", WORDS) == said


@pytest.mark.parametrize("flags", [0, 3, 300])
@pytest.mark.parametrize("code", ["vi", "en"])
def test_no_word_of_statistics_stands_in_the_paper(code: str, flags: int, sqlite_database: Database) -> None:
    if flags:
        with sqlite_database.changes() as session:
            fill_many(session, flags=flags)
    said = " ".join(one.text for part in paper(gathered(sqlite_database), load_wording(code)) for one in part.sentences)
    assert [word for word in STATISTICS[code] if re.search(rf"\b{re.escape(word)}", said, re.IGNORECASE)] == []
    assert "%" not in said


def test_nothing_is_compared_while_a_week_runs_or_where_nothing_was_read_before(figures: ReportFigures) -> None:
    runs = replace(figures, method=replace(figures.method, complete=False))
    assert texts(runs)["news.new"] == "Kỳ báo cáo chưa kết thúc nên chưa so sánh với kỳ trước."
    empty = replace(figures.earlier[0], posts=0)
    first = replace(figures, earlier=(empty,), concerns=replace(figures.concerns, topics=()))
    assert texts(first)["news.new"] == "Kỳ trước chưa có số liệu nên chưa nói được điều gì là mới."


def test_what_has_no_sentence_is_told_by_how_far_it_went(figures: ReportFigures) -> None:
    answers = MatterAnswers(published=1, published_at=THURSDAY)
    claim = replace(figures.claims.listed[0], sentence="", answers=answers, verdict="no_source")
    told = texts(replace(figures, claims=replace(figures.claims, listed=(claim,))))["claim.4"]
    assert told.startswith("1. 2 bài ở cùng một nguồn")
    assert told.endswith(
        "Chưa có cơ quan hay báo chí nào trong các nguồn đối chiếu xác nhận hoặc bác bỏ; Liên đoàn đã công bố "
        "thông tin chính thức ngày 19/11."
    )


def test_many_grievances_and_rumours_are_told_by_their_number(figures: ReportFigures) -> None:
    grievance, claim = figures.concerns.listed[0], figures.claims.listed[0]
    grievances = tuple(replace(grievance, number=number) for number in range(1, 31))
    claims = tuple(replace(claim, number=number, reach=Reach(1, 1, THURSDAY + timedelta(1))) for number in range(9))
    many = replace(
        figures,
        concerns=replace(figures.concerns, listed=grievances),
        claims=replace(figures.claims, listed=claims, total=40),
    )
    told = texts(many)
    assert told["concerns.more"] == "Còn 20 vụ việc khác, xem theo chủ đề và địa bàn ở Phụ lục."
    assert told["claims.more"] == "Còn 34 nội dung khác, xem Phụ lục."


@pytest.mark.parametrize(
    ("matter", "said"),
    [
        ({"back_at": SUNDAY}, "trả lời về vụ việc II.1 (chuyển ngày 19/11, hạn 22/11)."),
        ({"state": "open", "passed_to": "", "place": ""}, "Lương, chưa xác định địa bàn: 1 bài ngày 16/11"),
        ({"state": "open"}, "phân công xử lý vụ việc II.1 chưa chuyển."),
        ({"state": "answered", "answered_at": SUNDAY}, "Công đoàn khu công nghiệp đã trả lời ngày 22/11."),
        ({"state": "settled"}, "Đã giải quyết (chuyển Công đoàn khu công nghiệp ngày 19/11)."),
    ],
)
def test_what_became_of_a_grievance_is_told_with_its_days(
    matter: dict[str, Any], said: str, figures: ReportFigures
) -> None:
    changed = replace(figures.concerns, listed=(replace(figures.concerns.listed[0], **matter),))
    assert said in " ".join(texts(replace(figures, concerns=changed)).values())


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
