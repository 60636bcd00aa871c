"""`kiemtin db`: the tables are checked and upgraded, and copied into a database that takes the place of this one."""

from pathlib import Path

from sqlalchemy import text

from tests.factories import add_post, add_source
from tests.monitor.cli.command import Command


def alter(kiemtin: Command, statement: str) -> None:
    with kiemtin.rows() as session:
        session.execute(text(statement))


def test_the_tables_are_checked_and_upgraded(kiemtin: Command) -> None:
    assert "up to date" in kiemtin.well("db", "check").out
    assert "→" in kiemtin.well("db", "upgrade").out
    alter(kiemtin, "DROP TABLE corrections")
    kiemtin.fails("differs", "db", "check")


def test_a_database_of_another_version_is_left_alone(kiemtin: Command) -> None:
    alter(kiemtin, "UPDATE alembic_version SET version_num = '9999'")
    for command in (["db", "check"], ["db", "upgrade"], ["init"], ["crawl"]):
        kiemtin.fails("another version", *command)


def test_the_copy_takes_the_place_of_the_database(kiemtin: Command, tmp_path: Path) -> None:
    with kiemtin.rows() as session:
        add_post(session, add_source(session, "bản tin"))
    url = f"sqlite:///{tmp_path}/other.db"
    answer = kiemtin.well("db", "copy", "--to", url)
    assert answer.out.endswith("with the same hashes as here. Set `database_url` in kiemtin.toml to use it.\n")
    kiemtin.fails("copy into an empty database", "db", "copy", "--to", url)

    kiemtin.set(database_url=url)
    assert [each["name"] for each in kiemtin.well("sources", "list", "--json").data] == ["bản tin"]
    assert kiemtin.well("db", "check").out.startswith(str(tmp_path / "other.db"))
