"""An unverified claim is shown in its two parts; other labels have none."""

from bs4 import BeautifulSoup

from tests.monitor.desk.browser import Browser, text_of
from tests.monitor.desk.conftest import FlagMaker

RUMOUR = "Tin nội bộ: ngày mai ngân hàng đóng cửa, ai có tiền rút ngay!"


def parts(page: BeautifulSoup) -> dict[str, str]:
    return {
        term.get_text(): " ".join(term.find_next_sibling("dd").get_text().split()) for term in page.select("#claim dt")
    }


def test_what_is_claimed_and_that_no_source_is_named(lan: Browser, make_flagged: FlagMaker) -> None:
    page = lan.page(f"/flags/{make_flagged(RUMOUR, label='unverified')}")
    assert parts(page) == {
        "Điều được khẳng định": "“ngày mai ngân hàng đóng cửa”",
        "Nguồn có thể kiểm tra": "không thấy",
        "Lời dẫn không rõ của ai": "“Tin nội bộ”",
    }
    assert "không làm thay đổi điểm của bài" in text_of(page, "#claim")


def test_sources_are_named_the_heading_counts_and_the_models_reasons_order(
    lan: Browser, make_flagged: FlagMaker
) -> None:
    text = "Mai mất điện, mai mất nước. Theo báo Tuổi Trẻ, VTV."
    reasons = [("nước", 2.0), ("vtv", -1.0)]
    page = lan.page(f"/flags/{make_flagged(text, label='unverified', title='Sắp phá sản', reasons=reasons)}")
    assert parts(page) == {
        "Điều được khẳng định": "“mai mất nước”; “Sắp phá sản Mai mất điện”",
        "Nguồn có thể kiểm tra": "“VTV”; “Theo báo Tuổi Trẻ”",
    }


def test_a_post_that_asserts_nothing_says_so(lan: Browser, make_flagged: FlagMaker) -> None:
    page = lan.page(f"/flags/{make_flagged('Buồn quá', label='unverified')}")
    assert parts(page)["Điều được khẳng định"] == "máy không thấy điều gì cụ thể"


def test_other_labels_have_no_such_parts(lan: Browser, make_flagged: FlagMaker) -> None:
    assert parts(lan.page(f"/flags/{make_flagged(RUMOUR, label='concern')}")) == {}


def test_a_script_in_a_claim_is_text(lan: Browser, make_flagged: FlagMaker) -> None:
    page = lan.page(f"/flags/{make_flagged('<script>alert(1)</script> chết 3 người', label='unverified')}")
    assert [script.get("src") for script in page.select("script")] == ["/static/desk.js"]
    assert "<script>" in parts(page)["Điều được khẳng định"]
