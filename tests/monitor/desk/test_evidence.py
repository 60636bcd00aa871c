"""What is claimed, and the evidence beside it: its mark orders the queue and changes no label."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup

from classifiers.labels import CLAIM_LABELS
from storage.models import Evidence, FactCheck, Flag
from storage.review import flags
from storage.scoring import matching
from tests.clock import MONDAY_MORNING
from tests.factories import add_post, add_source
from tests.factories import suggest as suggest_for
from tests.monitor.desk.browser import Browser, text_of
from tests.monitor.desk.world import World

RUMOUR = "Ngày 15 nhà máy nước Nậm Pha ngừng cấp nước 3 ngày, gọi Trần Văn Tí 0912 345 678 hỏi nhé"
DENIAL = "Nhà máy nước Nậm Pha không ngừng cấp nước, chỉ thay van trong 4 giờ"
Suggest = Callable[..., int]


@pytest.fixture
def suggest(world: World) -> Suggest:
    def suggested(
        flag_id: int, text: str = DENIAL, *, bears: str = "", bearing: str = "unclear", similarity: float = 0.6
    ) -> int:
        with world.rows() as session:
            paper = add_source(session, "Báo Mai Sớm", role="reference")
            day = MONDAY_MORNING - timedelta(days=1)
            address = f"https://bao.example/{flag_id}"
            item = add_post(session, paper, f"{flag_id} {text[:40]}", text=text, published_at=day, url=address)
            if bears:
                session.add(
                    FactCheck(
                        post_id=item.id, claim="ngừng cấp nước", verdict="Sai", bears=bears, outlet="Nhóm Soi Tin"
                    )
                )
                session.flush()
            post_id = flags.by_id(session, flag_id).post_id
            suggest_for(session, post_id, {item.id: similarity}, bearing=bearing)
            session.commit()
            return matching.evidence_of(session, post_id)[-1].id

    return suggested


def mark(person: Browser, flag_id: int, evidence_id: int, state: str) -> int:
    return person.send(f"/flags/{flag_id}/evidence/{evidence_id}", state=state).status_code


def lines(person: Browser) -> list[str]:
    return [link.get_text() for link in person.page("/queue").select(".queue-line")]


def test_outlet_date_shared_words_and_differences_are_shown(lan: Browser, world: World, suggest: Suggest) -> None:
    flag_id = world.flag(RUMOUR, label="unverified")
    suggest(flag_id)
    shown = text_of(lan.page(f"/flags/{flag_id}"), "#references")
    for expected in ("Báo Mai Sớm", "15/11/2026", "cùng một sự việc: 60%", "máy gợi ý", "“nhà máy nước nậm pha”"):
        assert expected in shown
    assert "Khác về diễn biến: bài này “ngừng”, bài đối chiếu “không ngừng”." in shown


def test_what_the_program_reads_orders_the_queue_and_fills_in_the_link(
    lan: Browser, world: World, suggest: Suggest
) -> None:
    reported = world.flag("báo đã có", label="unverified", probability=0.95)
    world.flag("chưa ai nói", label="unverified", probability=0.7)
    contradicted = world.flag("báo nói khác", label="unverified", probability=0.6)
    suggest(reported, bearing="reports")
    suggest(contradicted, bearing="contradicts")
    assert lines(lan) == ["báo nói khác", "chưa ai nói", "báo đã có"]
    tags = [tag.get_text() for tag in lan.page("/queue").select(".queue-row .tag")]
    assert [tag for tag in tags if "nguồn" in tag or "báo" in tag] == ["có nguồn nói khác", "báo đã đưa tin"]
    for flag_id, link, said in (
        (contradicted, f"https://bao.example/{contradicted}", "nói khác bài này"),
        (reported, "", "đưa tin như bài này"),
    ):
        page = lan.page(f"/flags/{flag_id}")
        assert page.select_one("#evidence").get_text().strip() == link
        assert said in text_of(page, "#references")


def test_a_claim_without_a_source_says_among_how_many_reports_one_looked(lan: Browser, world: World) -> None:
    flag_id = world.flag(RUMOUR, label="unverified")
    assert not lan.page(f"/flags/{flag_id}").select("#references")  # nobody looked yet
    for among, said in ((1240, "Chưa thấy nguồn nào trong 1.240 bài đối chiếu"), (0, "Chưa có bài đối chiếu nào")):
        with world.rows() as session:
            post_id = flags.by_id(session, flag_id).post_id
            matching.suggest_evidence(session, post_id, CLAIM_LABELS, {}, MONDAY_MORNING, among=among)
        shown = text_of(lan.page(f"/flags/{flag_id}"), "#references")
        assert said in shown
        assert "Bài khẳng định: “Ngày 15 nhà máy nước Nậm Pha ngừng cấp nước 3 ngày”" in shown
        assert "tin giả" not in shown


def test_the_verdict_of_a_fact_check_is_shown_with_its_outlet(lan: Browser, world: World, suggest: Suggest) -> None:
    flag_id = world.flag(RUMOUR, label="unverified")
    suggest(flag_id, bears="refutes")
    shown = text_of(lan.page(f"/flags/{flag_id}"), "#references")
    assert "Nhóm Soi Tin" in shown
    assert "Kết luận của bài kiểm chứng: Sai" in shown


@pytest.mark.parametrize(
    ("state", "text"), [("supports", "xác nhận"), ("refutes", "bác bỏ"), ("unrelated", "không liên quan")]
)
def test_a_mark_is_kept_and_changes_neither_label_nor_state(
    lan: Browser, world: World, suggest: Suggest, state: str, text: str
) -> None:
    flag_id = world.flag(RUMOUR, label="unverified")
    evidence_id = suggest(flag_id)
    assert mark(lan, flag_id, evidence_id, state) == 303
    pressed = lan.page(f"/flags/{flag_id}").select("#references button[aria-pressed=true]")
    assert [text in button.get_text() for button in pressed] == [True]
    with world.rows() as session:
        found = session.get_one(Evidence, evidence_id)
        assert (found.state, found.marked_at) == (state, MONDAY_MORNING)
        assert found.marked_by is not None
        flag = session.get_one(Flag, flag_id)
        assert (flag.label, flag.state) == ("unverified", "open")


def test_nonsense_is_refused(lan: Browser, world: World, suggest: Suggest) -> None:
    one, other = world.flag(RUMOUR, label="unverified"), world.flag("Tin đồn khác", label="unverified")
    evidence_id, elsewhere = suggest(one), suggest(other)
    assert mark(lan, one, evidence_id, "true") == 422
    assert mark(lan, one, elsewhere, "refutes") == 404
    assert mark(lan, one, 9999, "refutes") == 404


def test_refuted_claims_come_first_and_well_sourced_ones_last(lan: Browser, world: World, suggest: Suggest) -> None:
    sourced = world.flag("có nguồn", label="unverified", probability=0.95)
    world.flag("giữa", label="unverified", probability=0.9)
    refuted = world.flag("bị bác", label="unverified", probability=0.6)
    suggest(refuted, bears="refutes")
    evidence_id = suggest(sourced)
    assert lines(lan) == ["bị bác", "có nguồn", "giữa"]
    mark(lan, sourced, evidence_id, "supports")
    assert lines(lan) == ["bị bác", "giữa", "có nguồn"]
    assert lan.next().startswith(f"/flags/{refuted}")


def test_a_persons_mark_counts_more_than_the_verdict(lan: Browser, world: World, suggest: Suggest) -> None:
    refuted = world.flag("bị bác", label="unverified", probability=0.6)
    world.flag("giữa", label="unverified", probability=0.9)
    evidence_id = suggest(refuted, bears="refutes")
    mark(lan, refuted, evidence_id, "unrelated")
    assert lines(lan) == ["giữa", "bị bác"]


def test_of_open_copies_the_queue_has_one_entry(lan: Browser, world: World) -> None:
    copies = [world.flag(f"bản {number}", probability=0.6 + number / 10) for number in range(3)]
    alone = world.flag("một mình", probability=0.5)
    world.join(*copies)
    assert lines(lan) == ["bản 0", "một mình"]
    assert lan.next().startswith(f"/flags/{copies[0]}")
    assert lan.next(after=copies[0]).startswith(f"/flags/{alone}")


HEARSAY = "Tin nội bộ: ngày mai ngân hàng đóng cửa, ai có tiền rút ngay!"


def parts(page: BeautifulSoup) -> dict[str, str]:
    return {
        term.get_text(): " ".join(term.find_next_sibling("dd").get_text().split()) for term in page.select("#claim dt")
    }


def test_what_is_claimed_and_that_no_source_is_named(lan: Browser, world: World) -> None:
    page = lan.page(f"/flags/{world.flag(HEARSAY, label='unverified')}")
    assert parts(page) == {
        "Điều được khẳng định": "“ngày mai ngân hàng đóng cửa”",
        "Nguồn có thể kiểm tra": "không thấy",
        "Lời dẫn không rõ của ai": "“Tin nội bộ”",
    }
    assert "không làm thay đổi điểm của bài" in text_of(page, "#claim")


def test_sources_are_named_the_heading_counts_and_the_models_reasons_order(lan: Browser, world: World) -> None:
    text = "Mai mất điện, mai mất nước. Theo báo Tuổi Trẻ, VTV."
    reasons = [("nước", 2.0), ("vtv", -1.0)]
    page = lan.page(f"/flags/{world.flag(text, label='unverified', title='Sắp phá sản', reasons=reasons)}")
    assert parts(page) == {
        "Điều được khẳng định": "“mai mất nước”; “Sắp phá sản Mai mất điện”",
        "Nguồn có thể kiểm tra": "“VTV”; “Theo báo Tuổi Trẻ”",
    }


def test_a_post_that_asserts_nothing_says_so(lan: Browser, world: World) -> None:
    page = lan.page(f"/flags/{world.flag('Buồn quá', label='unverified')}")
    assert parts(page)["Điều được khẳng định"] == "máy không thấy điều gì cụ thể"


def test_other_labels_have_no_such_parts(lan: Browser, world: World) -> None:
    assert parts(lan.page(f"/flags/{world.flag(HEARSAY, label='concern')}")) == {}


def test_a_script_in_a_claim_is_text(lan: Browser, world: World) -> None:
    page = lan.page(f"/flags/{world.flag('<script>alert(1)</script> chết 3 người', label='unverified')}")
    assert [script.get("src") for script in page.select("script")] == ["/static/desk.js"]
    assert "<script>" in parts(page)["Điều được khẳng định"]
