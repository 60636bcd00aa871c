"""`kiemtin keys`: a new key, and what it costs."""

from pathlib import Path

from tests.monitor.cli.command import Command


def test_a_new_key_is_made_and_the_old_one_is_kept_as_long_as_it_is_needed(
    kiemtin: Command, home: Path, tmp_path: Path
) -> None:
    (tmp_path / "c.csv").write_text("id,text,author\n1,Xưởng nóng quá,lan\n", encoding="utf-8")
    kiemtin.well("import", str(tmp_path / "c.csv"))
    before = (home / "secret.key").read_text(encoding="ascii")
    assert "0 posts have a new pseudonym, 1 keep the old one" in kiemtin.well("keys", "rotate", "--yes").out
    assert (home / "secret.key").read_text(encoding="ascii") != before
    assert "0 forgotten, 1 still needed" in kiemtin.well("keys", "forget").out
    assert kiemtin.well("erase", "import", "lan", "--yes").out == "Deleted 1 posts.\n"


def test_a_key_of_the_api_is_shown_once_listed_and_revoked(kiemtin: Command, home: Path) -> None:
    kiemtin.well("users", "invite", "lan")
    made = kiemtin.well(
        "keys", "add", "dashboard", "--scope", "flags:read", "--scope", "decisions:write", "--user", "lan"
    )
    key = made.out.splitlines()[-1]
    assert key.startswith("kt_")
    assert "Added the key dashboard (decisions:write, flags:read)" in made.out
    assert kiemtin.well("keys", "list").out.startswith(
        "dashboard: in use, decisions:write, flags:read, decides as lan, until "
    )
    kiemtin.well("users", "disable", "lan")
    assert kiemtin.well("keys", "list", "--json").data[0]["state"] == "account disabled"
    kiemtin.well("keys", "revoke", "dashboard")
    listed = kiemtin.well("keys", "list", "--json")
    assert (listed.data[0]["state"], listed.data[0]["last_used_at"]) == ("revoked", None)
    assert key not in listed.out
    assert key not in (home / "kiemtin.db").read_bytes().decode("latin-1")


def test_a_key_that_cannot_be_made_says_why(kiemtin: Command, home: Path) -> None:
    assert "There are no keys" in kiemtin.well("keys", "list").out
    for arguments, said in (
        (("a", "--scope", "all"), "--scope all: choose from flags:read, decisions:write"),
        (("a", "--scope", "decisions:write"), "add --user NAME"),
    ):
        assert said in kiemtin("keys", "add", *arguments).complaint
    assert "`kiemtin keys list` shows them" in kiemtin("keys", "revoke", "nothing").complaint
