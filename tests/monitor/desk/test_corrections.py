"""Corrections at the desk: written from a refuted rumour, released by a second person, masked texts refused."""

from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from monitor.settings.reports import PublishSettings, ReportSettings
from storage.models import AuditEvent
from storage.review import corrections, flags
from tests.factories import make_correction, matter_of
from tests.monitor.desk.browser import Browser, text_of
from tests.monitor.desk.conftest import Newcomer
from tests.monitor.desk.world import World

TEXT = make_correction()
FIELDS = {name: getattr(TEXT, name) for name in ("claim", "verdict", "text", "source_name", "source_url")}


def refuted(lan: Browser, world: World) -> int:
    """Refute a claim; gives the number of its matter."""
    flag_id = world.flag("Nghe nói thứ hai ngân hàng ngừng cho rút tiền", label="unverified")
    lan.decide(flag_id, "refuted", evidence="https://www.thong-bao.example.vn/rut-tien")
    return matter_with(world, flag_id)


def matter_with(world: World, flag_id: int) -> int:
    with world.rows() as session:
        return matter_of(session, flags.by_id(session, flag_id)).id


def write(person: Browser, number: int, **changes: str) -> str:
    """Fill in the form; gives the path of the correction."""
    path = f"/matters/{number}/correction"
    response = person.send(path, path, **FIELDS | changes)
    assert response.status_code == 303, response.text
    return str(response.headers["location"])


def test_the_form_is_filled_with_the_template_and_the_link_of_the_decision(lan: Browser, world: World) -> None:
    path = f"/matters/{refuted(lan, world)}/correction"
    for shown in ("/flags/1", "/matters/1"):
        assert lan.page(shown).select_one(f'a[href="{path}"][data-key=d]') is not None
    page = lan.page(path)
    assert "[nguồn]" in text_of(page, "textarea[name=text]")
    values = {str(field["name"]): field["value"] for field in page.select("main input[value]")}
    assert values["source_url"] == "https://www.thong-bao.example.vn/rut-tien"
    assert values["source_name"] == "thong-bao.example.vn"


def test_a_rumour_that_nobody_refuted_has_no_form(lan: Browser, world: World) -> None:
    flag_id = world.flag(label="unverified")
    lan.decide(flag_id, "no_source")
    path = f"/matters/{matter_with(world, flag_id)}/correction"
    assert lan.page(path).select_one(f'form[action="{path}"]') is None
    assert lan.page(f"/flags/{flag_id}").select_one(f'a[href="{path}"]') is None
    assert lan.send(path, **FIELDS).status_code == 409


def test_a_released_correction_answers_the_rumour_and_one_that_is_withdrawn_does_not(
    lan: Browser, minh: Browser, world: World
) -> None:
    number = refuted(lan, world)
    path = write(lan, number)
    minh.send(f"{path}/release", path)
    assert text_of(lan.page(f"/matters/{number}"), ".headline .tag") == "đã trả lời"
    assert lan.page(f"/matters/{number}").select_one(f'a[href="{path}"]') is not None
    assert lan.page("/matters").select(".queue-line") == []
    minh.send(f"{path}/withdraw", path, why="nguồn đã đổi")
    assert text_of(lan.page(f"/matters/{number}"), ".headline .tag") == "chưa làm gì"


def test_a_lead_releases_what_a_reviewer_wrote_and_it_is_recorded(lan: Browser, minh: Browser, world: World) -> None:
    path = write(lan, refuted(lan, world))
    assert lan.page(path).select_one(f'form[action="{path}/release"]') is None, "reviewers release nothing"
    assert minh.send(f"{path}/release", path).status_code == 303
    assert text_of(minh.page(path), ".tag") == "đã duyệt, chưa công bố"
    assert TEXT.claim in text_of(minh.page("/corrections?state=released"), ".queue-line")
    with world.rows() as session:
        (shown,) = corrections.ever_released(session)
        actions = select(AuditEvent.action).where(AuditEvent.action.startswith("correction."))
        assert session.scalars(actions.order_by(AuditEvent.id)).all() == ["correction.written", "correction.released"]
    assert shown.content == TEXT


def test_nobody_releases_what_they_wrote(minh: Browser, lan: Browser, world: World) -> None:
    path = write(minh, refuted(lan, world))
    assert minh.page(path).select(f'form[action="{path}/release"]') == []
    response = minh.send(f"{path}/release", seen="1")
    assert response.status_code == 409
    assert "Người viết không được tự duyệt" in response.text


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("claim", "Anh Nguyễn Văn Tám bị bắt vì rút tiền", "[tên]"),
        ("text", "Không đúng. Ai cần hỏi xin gọi 0912 345 678.", "[số điện thoại]"),
        ("source_url", "https://www.facebook.com/profile.php?id=100012345678901", "[liên kết cá nhân]"),
    ],
)
def test_personal_data_is_refused_and_shown_as_it_would_be_masked(
    lan: Browser, world: World, field: str, value: str, shown: str
) -> None:
    path = f"/matters/{refuted(lan, world)}/correction"
    response = lan.post(path, lan.fields(path, path) | FIELDS | {field: value})
    assert response.status_code == 422
    assert shown in response.text
    assert value in response.text, "what was typed is kept"


@pytest.mark.parametrize(
    "changes",
    [{"claim": ""}, {"source_url": "javascript:alert(1)"}, {"text": "Theo [nguồn], điều này không đúng."}],
)
def test_what_is_not_filled_in_is_refused_with_a_reason(lan: Browser, world: World, changes: dict[str, str]) -> None:
    path = f"/matters/{refuted(lan, world)}/correction"
    response = lan.post(path, lan.fields(path, path) | FIELDS | changes)
    assert response.status_code == 422
    assert 'role="alert"' in response.text


def test_a_draft_is_sent_back_and_changed(lan: Browser, minh: Browser, world: World) -> None:
    path = write(lan, refuted(lan, world))
    assert minh.send(f"{path}/return", path, why="thiếu ngày").status_code == 303
    assert "thiếu ngày" in text_of(lan.page(path), ".note")
    changed = FIELDS | {"text": "Từ ngày 16/11 các ngân hàng vẫn mở cửa."}
    assert lan.send(f"{path}/text", path, **changed).status_code == 303
    assert minh.send(f"{path}/release", path).status_code == 303


def test_a_released_one_is_replaced_or_withdrawn_and_never_edited(lan: Browser, minh: Browser, world: World) -> None:
    path = write(lan, refuted(lan, world))
    minh.send(f"{path}/release", path)
    response = lan.post(f"{path}/text", lan.fields(path, f"{path}/text") | FIELDS | {"text": "Bản rõ hơn."})
    other = response.headers["location"]
    assert other != path
    assert minh.send(f"{other}/release", other).status_code == 303
    assert "đã được thay thế" in text_of(minh.page(path), ".tag")
    assert minh.send(f"{other}/withdraw", other, why="").status_code == 422
    assert minh.send(f"{other}/withdraw", other, why="nguồn đã đổi").status_code == 303
    assert minh.page(other).select("main form") == []


def test_a_viewer_sees_corrections_and_no_button(newcomer: Newcomer, lan: Browser, world: World) -> None:
    path, viewer = write(lan, refuted(lan, world)), newcomer("hoa", "viewer")
    assert viewer.page(path).select("main form") == []
    assert viewer.get("/corrections").status_code == 200


def serve(app: FastAPI, folder: Path) -> None:
    """Let the settings name a folder that is served."""
    site = PublishSettings(url="https://ldld.example.vn/tin", folder=folder)
    changes = {"publish": site, "report": ReportSettings(organisation="Liên đoàn Lao động tỉnh")}
    app.state.desk = replace(app.state.desk, settings=app.state.desk.settings.model_copy(update=changes))


def test_what_is_released_is_published_by_a_button_and_said_so_only_then(
    app: FastAPI, lan: Browser, minh: Browser, world: World, tmp_path: Path
) -> None:
    path = write(lan, refuted(lan, world))
    minh.send(f"{path}/release", path)
    assert text_of(lan.page(path), ".tag") == "đã duyệt, chưa công bố"
    assert "Chưa đặt nơi công bố" in text_of(minh.page("/corrections"), ".notice")
    assert minh.send("/corrections/publish").status_code == 409
    serve(app, tmp_path / "served")
    assert lan.page("/corrections").select('form[action="/corrections/publish"]') == [], "a reviewer may not"
    assert minh.send("/corrections/publish", "/corrections").status_code == 303
    assert (tmp_path / "served" / "dinh-chinh-1.html").is_file()
    assert text_of(lan.page(path), ".tag") == "đã công bố"
    assert lan.page("/corrections").select(".notice") == []
    minh.send(f"{path}/withdraw", path, why="nguồn đã đổi")
    assert text_of(lan.page(path), ".tag") == "đã thu hồi, trang công bố chưa được cập nhật"
    minh.send("/corrections/publish", path)
    assert text_of(lan.page(path), ".tag") == "đã thu hồi"


def test_a_folder_that_cannot_be_written_is_told(app: FastAPI, minh: Browser, tmp_path: Path) -> None:
    serve(app, tmp_path / "served")
    (tmp_path / "served").write_text("in the way", encoding="utf-8")
    response = minh.send("/corrections/publish")
    assert (response.status_code, "served là một tệp" in response.text) == (409, True)
