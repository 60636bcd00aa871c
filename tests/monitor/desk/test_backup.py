"""A backup at the desk: for admins, sealed, and gone from this machine once it was downloaded."""

from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from monitor.operations.backup import ACTION, read_backup
from monitor.operations.sealed_file import MAGIC
from monitor.settings.settings import Settings
from storage.models import AuditEvent
from tests.monitor.desk.browser import Browser
from tests.monitor.desk.world import World

PASSPHRASE = "suối trong chảy xa"


@pytest.fixture
def passphrase() -> str:
    return PASSPHRASE


@pytest.fixture
def settings(settings: Settings, passphrase: str) -> Settings:
    (settings.home / "secret.key").write_text("5eed" * 16, encoding="utf-8")
    return settings.model_copy(update={"backup_passphrase": SecretStr(passphrase) if passphrase else None})


def test_an_admin_downloads_a_sealed_backup_that_can_be_put_back(
    admin: Browser, settings: Settings, world: World, tmp_path: Path
) -> None:
    assert "Chưa có bản sao lưu nào" in admin.get("/backup").text
    before = set(settings.home.iterdir())
    response = admin.send("/backup", "/backup")
    assert response.status_code == 200
    assert response.headers["content-disposition"] == 'attachment; filename="kiemtin-2026-11-16.backup"'
    assert response.content.startswith(MAGIC)
    assert set(settings.home.iterdir()) == before, "nothing stays on the machine"
    (tmp_path / "out").mkdir()
    (tmp_path / "file").write_bytes(response.content)
    read = read_backup(tmp_path / "file", tmp_path / "out", now=world.now, passphrase=PASSPHRASE)
    assert read.made_at == world.now
    with world.rows() as session:
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == ACTION)).one()
    assert (event.user_id is None, event.detail["sealed"]) == (False, True)
    assert "Bản sao lưu gần nhất được lập lúc 16/11/2026 09:00" in admin.get("/backup").text


@pytest.mark.parametrize("passphrase", [""])
def test_without_a_passphrase_nothing_leaves(admin: Browser, world: World, passphrase: str) -> None:
    assert "backup_passphrase" in admin.get("/backup").text
    assert admin.send("/backup").status_code == 409
    with world.rows() as session:
        assert session.scalars(select(AuditEvent).where(AuditEvent.action == ACTION)).all() == []


def test_one_backup_is_made_at_a_time(admin: Browser) -> None:
    with admin.client.app.state.desk.exporting:  # type: ignore[attr-defined]
        assert admin.send("/backup", "/backup").status_code == 429
    assert admin.send("/backup", "/backup").status_code == 200


def test_a_lead_takes_no_backup_away(minh: Browser) -> None:
    assert minh.get("/backup").status_code == 403
    assert minh.send("/backup").status_code == 403
