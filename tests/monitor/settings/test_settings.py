"""Settings come from kiemtin.toml and KIEMTIN_ variables, the variable wins, and what is wrong is said in one line."""

import re
from pathlib import Path

import pytest

from monitor.errors import UsageError
from monitor.settings.home import CONFIG_NAME, DEFAULT_HOME
from monitor.settings.settings import Settings, load_settings
from storage.database import Database

SOURCE = """
[[sources]]
name = "forum"
kind = "discourse"
address = "https://forum.example.vn"
legal_basis = "public posts, permitted by its terms"
"""


@pytest.fixture(autouse=True)
def no_variables_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what the developer has set out of the tests."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"KIEMTIN_{name.upper()}", raising=False)


def configure(home: Path, content: str | bytes) -> Path:
    (home / CONFIG_NAME).write_bytes(content if isinstance(content, bytes) else content.encode())
    return home


def refused(home: Path, reason: str) -> None:
    with pytest.raises(UsageError, match=reason) as caught:
        load_settings(home)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_says_what_it_is_for(name: str) -> None:
    description = Settings.model_fields[name].description
    assert description is not None
    assert re.fullmatch(r"[A-Z].{10,}\.", description), "a sentence"


def test_a_folder_without_a_file_has_the_defaults(tmp_path: Path) -> None:
    settings = load_settings(tmp_path)
    assert settings == Settings(home=tmp_path)
    assert settings.resolved_database_url == f"sqlite:///{tmp_path}/kiemtin.db"
    assert settings.config_path == tmp_path / CONFIG_NAME
    assert (settings.models_dir, settings.reports_dir) == (tmp_path / "models", tmp_path / "reports")
    assert settings.sources == ()


@pytest.mark.parametrize("name", ["nhà 100%20", "a?b=c", "#1", "m%C3%A0u", "50%"])
def test_a_folder_with_marks_of_addresses_holds_its_own_database(tmp_path: Path, name: str) -> None:
    settings = load_settings(tmp_path / name)
    assert settings.sqlite_path == tmp_path / name / "kiemtin.db"
    with Database(settings.resolved_database_url) as database:
        database.upgrade()
        assert Path(database.place) == settings.sqlite_path
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name / "kiemtin.db").stat().st_size > 0


def test_the_file_is_read(tmp_path: Path) -> None:
    configure(
        tmp_path,
        'contact = "mailto:office@example.vn"\nretention_days = 30\nallow_addresses = ["127.0.0.1"]\n'
        f"desk_port = 81\ndelay_seconds = 0.0\n{SOURCE}",
    )
    settings = load_settings(tmp_path)
    assert (settings.contact, settings.retention_days) == ("mailto:office@example.vn", 30)
    assert (settings.desk_port, settings.delay_seconds) == (81, 0)
    assert settings.allow_addresses == ("127.0.0.1",)
    (source,) = settings.sources
    assert (source.name, source.role, source.retention_days, source.settings) == ("forum", "monitored", None, {})


def test_a_variable_wins_over_the_file_and_nothing_changes_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(tmp_path, "retention_days = 30\ndesk_port = 9000\n")
    monkeypatch.setenv("KIEMTIN_DATABASE_URL", "postgresql+psycopg://office@db/kiemtin")
    monkeypatch.setenv("KIEMTIN_RETENTION_DAYS", "60")
    monkeypatch.setenv("KIEMTIN_ALLOW_ADDRESSES", '["127.0.0.1:8080"]')
    settings = load_settings(tmp_path)
    assert (settings.retention_days, settings.desk_port) == (60, 9000)
    assert settings.allow_addresses == ("127.0.0.1:8080",)
    assert settings.resolved_database_url == "postgresql+psycopg://office@db/kiemtin"
    with pytest.raises(ValueError, match="frozen"):
        settings.workers = 2


def test_the_folder_is_an_argument_or_a_variable_or_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_settings().home == tmp_path / DEFAULT_HOME
    monkeypatch.setenv("KIEMTIN_HOME", "elsewhere")
    assert load_settings().home == tmp_path / "elsewhere"
    assert load_settings(tmp_path / "given").home == tmp_path / "given"
    monkeypatch.setenv("HOME", str(tmp_path))
    assert load_settings(Path("~/data")).home == tmp_path / "data"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("retention = 30", r"there is no setting named `retention`: docs/settings.md lists them$"),
        ("retention_days = 0", r"setting `retention_days` \(.*kiemtin.toml or KIEMTIN_RETENTION_DAYS\): .* greater"),
        ("retention_days = 999999", r"setting `retention_days` .* less than or equal to 36500"),
        ('desk_port = "many"', "setting `desk_port`"),
        ('contact = "me"', "setting `contact` .*must be a web address or mailto:someone@example.org"),
        ("retention_days =", "kiemtin.toml is not valid TOML"),
        (b'contact = "\xff"', "kiemtin.toml is not written in UTF-8: save it again"),
        (b"\xef\xbb\xbfretention_days = 0", "setting `retention_days`"),  # as editors of Windows begin it
        ('home = "/srv"', r"`home` cannot be set in the file that lies in it: use KIEMTIN_HOME$"),
        (SOURCE.replace("legal_basis", "reason"), r"setting `sources\.0\.legal_basis` .*KIEMTIN_SOURCES\)"),
        (SOURCE + 'colour = "red"', r"there is no setting named `sources\.0\.colour`"),
        (SOURCE + 'role = "enemy"', r"setting `sources\.0\.role`"),
        ("sources = 3", "setting `sources`"),
    ],
)
def test_what_is_wrong_in_the_file_is_said_in_one_line(tmp_path: Path, content: str | bytes, reason: str) -> None:
    refused(configure(tmp_path, content), reason)


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("KIEMTIN_WORKERS", "none", "setting `workers` .*KIEMTIN_WORKERS"),
        ("KIEMTIN_DELAY_SECONDS", "-1", "setting `delay_seconds`"),
        ("KIEMTIN_ALLOW_ADDRESSES", "127.0.0.1", r"allow_addresses.*: write lists as JSON"),
        ("KIEMTIN_SOURCES", "[{}]", r"setting `sources\.0\.name`"),
    ],
)
def test_what_is_wrong_in_a_variable_is_said_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, reason: str
) -> None:
    monkeypatch.setenv(name, value)
    refused(tmp_path, reason)


def test_a_file_or_a_folder_that_cannot_be_read_is_explained(tmp_path: Path) -> None:
    (tmp_path / CONFIG_NAME).mkdir()
    refused(tmp_path, "cannot read .*kiemtin.toml: Is a directory")
    refused(tmp_path / "m\udce1y", "is not read as UTF-8: set LC_ALL=C.UTF-8")  # as another locale reads its bytes
