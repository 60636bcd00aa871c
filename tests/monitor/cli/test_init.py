"""`kiemtin init`: setting up, again and again; a home is for its owner alone."""

import json
import os
import stat
from pathlib import Path

import pytest
from sqlalchemy import select

from classifiers.persistence import CARD_FILE, DEFAULT_FOLDER, MANIFEST_FILE, MODEL_FILE
from monitor.settings.settings import DEMO_MARK
from storage.models import Source
from storage.scoring import focus
from storage.scoring.focus import FocusDraft
from tests.corpus import corpus
from tests.monitor.cli.command import Command

DECLARED = """
[[sources]]
name = "dien-dan"
kind = "feed"
address = "https://diendan.example.vn/index.rss"
legal_basis = "Diễn đàn công khai"
interval_minutes = 15
"""


def test_everything_is_made_once_and_no_password_is_made(bare: Command) -> None:
    first = bare.well("init")
    config = (bare.home / "kiemtin.toml").read_text(encoding="utf-8")
    key = (bare.home / "secret.key").read_text(encoding="ascii")
    assert "admin sets a password at this address, once, within three days: http://127.0.0.1:8000/join/" in first.out
    assert "may be set up within three days" in first.out
    assert "Sources: 5 added" in first.out
    assert len(bytes.fromhex(key)) == 32

    (bare.home / "kiemtin.toml").write_text(config + DECLARED, encoding="utf-8")
    second = bare.well("init")
    assert "password" not in second.out
    assert "Sources: 1 added" in second.out
    assert (bare.home / "kiemtin.toml").read_text(encoding="utf-8") == config + DECLARED
    assert (bare.home / "secret.key").read_text(encoding="ascii") == key


def test_the_default_model_of_the_distribution_is_put_in_place_with_its_card(bare: Command) -> None:
    bare.home.mkdir(exist_ok=True)
    (bare.home / "models").touch()  # in the way
    bare.fails("cannot write the model", "init")
    (bare.home / "models").unlink()
    assert "/join/" in bare.well("init").out, "the link is not lost with the first attempt"
    for name in (CARD_FILE, MANIFEST_FILE, MODEL_FILE):
        assert (bare.home / "models" / "default" / name).read_bytes() == (DEFAULT_FOLDER / name).read_bytes()


@pytest.mark.parametrize("because", ["asked for", "versions differ"])
def test_the_default_model_may_be_trained_on_own_posts_alone(
    bare: Command, monkeypatch: pytest.MonkeyPatch, because: str
) -> None:
    some = corpus()[::26]
    monkeypatch.setattr("classifiers.data.datasets.read_corpus", lambda: some)
    if because == "versions differ":
        monkeypatch.setattr("monitor.scoring.model_folders.fits", lambda _folder: False)
    bare.well("init", *(["--own-posts-only"] if because == "asked for" else []))
    folder = bare.home / "models" / "default"
    assert json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))["examples"] == len(some)
    assert not (folder / CARD_FILE).exists()


def test_the_province_is_named_once_and_kept(bare: Command) -> None:
    bare.fails("there is no province 'Thái'", "init", "--province", "Thái", status=2)
    assert not (bare.home / "kiemtin.toml").exists()
    for given in (["--province", " Thái  Nguyên "], []):
        bare.well("init", *given)
        with bare.rows() as session:
            assert focus.stored(session) == FocusDraft(province="Thái Nguyên")


def test_declared_sources_are_registered_as_written_and_brought_up_to_date(kiemtin: Command) -> None:
    config = kiemtin.home / "kiemtin.toml"
    base = config.read_text(encoding="utf-8")
    config.write_text(base + DECLARED, encoding="utf-8")
    kiemtin.well("init")
    config.write_text(base + DECLARED.replace("15", "45"), encoding="utf-8")
    assert "Sources: 0 added" in kiemtin.well("init").out
    (found,) = kiemtin.well("sources", "list", "--json").data
    assert (found["name"], found["interval_minutes"], found["retention_days"]) == ("dien-dan", 45, 180)


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        (DECLARED.replace('"feed"', '"telepathy"'), "telepathy"),
        (DECLARED + 'settings = { robots_leave = "the owner, by letter of 2026-11-02" }\n', "not for feed"),
    ],
    ids=["unknown kind", "leave that it cannot have"],
)
def test_a_source_that_cannot_be_declared_is_told(declared: str, said: str, kiemtin: Command) -> None:
    (kiemtin.home / "kiemtin.toml").write_text(declared, encoding="utf-8")
    kiemtin.fails(said, "init", status=2)
    with kiemtin.rows() as session:
        assert session.scalars(select(Source)).all() == []


def test_a_folder_that_cannot_be_made_is_one_line(kiemtin: Command, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    kiemtin.set(home=tmp_path / "file" / "home")
    kiemtin.fails(str(tmp_path / "file"), "init")


def test_the_demo_and_an_installation_never_share_a_folder(kiemtin: Command, bare: Command) -> None:
    kiemtin.fails("was not made by the demo", "demo", "--folder", str(kiemtin.home), status=2)
    assert (kiemtin.home / "secret.key").exists()
    bare.home.mkdir()
    (bare.home / DEMO_MARK).touch()
    for command in ("init", "run", "users list"):
        bare.fails("is the folder of the demo", *command.split(), status=2)


def test_all_of_a_home_is_for_its_owner_alone_whatever_the_umask(bare: Command) -> None:
    earlier = os.umask(0)
    try:
        bare.well("init")
        bare.well("report", "--week", "2026-W47")
    finally:
        os.umask(earlier)
    modes = {
        str(path.relative_to(bare.home)): stat.S_IMODE(path.stat().st_mode)
        for path in (bare.home, *bare.home.rglob("*"))
    }
    assert {"kiemtin.db", "kiemtin.toml", "secret.key", "reports"} < set(modes)
    assert {name: f"{mode:o}" for name, mode in modes.items() if mode not in (0o600, 0o700)} == {}


@pytest.mark.parametrize("folder", ["reports", "imports", "captures/spool"])
def test_a_home_that_others_could_read_is_closed_at_the_next_command(kiemtin: Command, folder: str) -> None:
    kiemtin.home.chmod(0o755)
    (kiemtin.home / "kiemtin.db").chmod(0o644)
    half = kiemtin.home / folder / ".tong-hop.html.999999999-ab.part"
    half.parent.mkdir(parents=True, exist_ok=True)
    half.write_text("half a quotation")
    kiemtin.well("sources", "list")
    assert stat.S_IMODE(kiemtin.home.stat().st_mode) == 0o700
    assert stat.S_IMODE((kiemtin.home / "kiemtin.db").stat().st_mode) == 0o600
    assert not half.exists()


@pytest.mark.parametrize("command", ["init", "import posts.csv"])
def test_an_empty_key_is_refused_by_every_command(
    kiemtin: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "posts.csv").write_text("id,text\n1,Xưởng nóng quá\n", encoding="utf-8")
    (kiemtin.home / "secret.key").write_text("")
    kiemtin.fails("is not whole: bring it back from your backup", *command.split())
