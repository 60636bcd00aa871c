"""`kiemtin db`: the tables are checked and upgraded, and copied into a database that takes the place of this one."""

from pathlib import Path

import pytest

from storage.database import Database
from tests.factories import add_post, add_source, committed
from tests.monitor.cli.command import Command


def alter(home: Path, statement: str) -> None:
    with Database(f"sqlite:///{home / 'kiemtin.db'}") as database, database.engine.begin() as connection:
        connection.exec_driver_sql(statement)


def test_the_tables_are_checked_and_upgraded(kiemtin: Command, home: Path) -> None:
    assert "up to date" in kiemtin.well("db", "check").out
    assert "→" in kiemtin.well("db", "upgrade").out
    alter(home, "DROP TABLE corrections")
    kiemtin.fails("differs", "db", "check")


def test_a_database_of_a_newer_program_is_left_alone(kiemtin: Command, home: Path) -> None:
    alter(home, "UPDATE alembic_version SET version_num = '9999'")
    for command in (["db", "check"], ["db", "upgrade"], ["init"], ["crawl"]):
        kiemtin.fails("newer version", *command)


def test_the_copy_takes_the_place_of_the_database(
    kiemtin: Command, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Database(f"sqlite:///{home / 'kiemtin.db'}") as database, committed(database) as session:
        add_post(session, add_source(session, "bản tin"))
    url = f"sqlite:///{tmp_path}/other.db"
    answer = kiemtin.well("db", "copy", "--to", url)
    assert answer.out.endswith("with the same hashes as here. Set `database_url` in kiemtin.toml to use it.\n")
    kiemtin.fails("copy into an empty database", "db", "copy", "--to", url)

    monkeypatch.setenv("KIEMTIN_DATABASE_URL", url)
    assert [each["name"] for each in kiemtin.well("sources", "list", "--json").data] == ["bản tin"]
    assert kiemtin.well("db", "check").out.startswith(str(tmp_path / "other.db"))
