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
    assert kiemtin.well("audit", "verify", "--json").data["problems"] == []
