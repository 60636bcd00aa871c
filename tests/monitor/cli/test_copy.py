"""`kiemtin db copy`: into another database, which then takes the place of this one."""

from pathlib import Path

import pytest

from storage.database import Database
from tests.factories import add_post, add_source
from tests.monitor.cli.command import Command


def test_the_copy_takes_the_place_of_the_database(
    kiemtin: Command, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Database(f"sqlite:///{home / 'kiemtin.db'}") as database, database.work() as session:
        add_post(session, add_source(session, "bản tin"))
        session.commit()
    url = f"sqlite:///{tmp_path}/other.db"
    answer = kiemtin.well("db", "copy", "--to", url)
    assert answer.out.endswith("with the same hashes as here. Set `database_url` in kiemtin.toml to use it.\n")

    monkeypatch.setenv("KIEMTIN_DATABASE_URL", url)
    assert [each["name"] for each in kiemtin.well("sources", "list", "--json").data] == ["bản tin"]
    assert kiemtin.well("db", "check").out.startswith(str(tmp_path / "other.db"))


def test_a_database_with_rows_is_no_place_for_a_copy(kiemtin: Command, home: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/other.db"
    with Database(url) as other:
        other.upgrade()
        with other.work() as session:
            add_source(session)
            session.commit()
    answer = kiemtin("db", "copy", "--to", url)
    assert (answer.status, "copy into an empty database" in answer.complaint) == (1, True)
