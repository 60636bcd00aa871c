"""The demo never touches a real installation."""

from pathlib import Path

import pytest

from monitor.demo.show import demo_settings


def test_no_variable_leads_the_demo_to_a_real_installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIEMTIN_HOME", str(tmp_path / "real"))
    monkeypatch.setenv("KIEMTIN_DATABASE_URL", "postgresql+psycopg://office@db.example/kiemtin")
    monkeypatch.setenv("KIEMTIN_MODEL", "mine")
    settings = demo_settings(tmp_path / "demo", 8000, ["http://127.0.0.1:9"])
    assert settings.home == tmp_path / "demo"
    assert settings.resolved_database_url == f"sqlite:///{tmp_path / 'demo' / 'kiemtin.db'}"
    assert (settings.model, settings.allow_addresses, settings.desk_port) == ("default", ("127.0.0.1:9",), 8000)
