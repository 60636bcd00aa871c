"""`kiemtin export label-studio` and `kiemtin import-decisions`: out, and back in."""

import json
from pathlib import Path

from tests.monitor.cli.command import Command


def test_what_was_exported_and_annotated_is_imported(kiemtin: Command, home: Path, tmp_path: Path) -> None:
    kiemtin.well("users", "add", "lan")
    for name, text in (("first", "Trời đẹp"), ("second", "Đồ ngu như chó câm mõm lại")):
        (tmp_path / f"{name}.csv").write_text(f"id,text\n1,{text}\n", encoding="utf-8")
        kiemtin.well("import", str(tmp_path / f"{name}.csv"))
        kiemtin.well("score")
        kiemtin.well("thresholds", "set", "--label", "negative", "--probability", "0.01")
    file, config = tmp_path / "tasks.json", tmp_path / "labelling.xml"
    said = kiemtin.well("export", "label-studio", str(file), "--label", "negative", "--config", str(config)).out
    assert "Read them before you pass them on." in said
    assert "<Choices" in config.read_text(encoding="utf-8")
    tasks = json.loads(file.read_text(encoding="utf-8"))
    assert tasks
    for task in tasks:
        answer = {"from_name": "decision", "to_name": "text", "type": "choices", "value": {"choices": ["no"]}}
        task["annotations"] = [{"result": [answer]}]
    file.write_text(json.dumps(tasks), encoding="utf-8")
    count = len(tasks)
    dry = kiemtin.well("import-decisions", str(file), "--as", "lan", "--dry-run").out
    assert dry == f"{count} of {count} flags would be decided.\n"
    done = kiemtin.well("import-decisions", str(file), "--as", "lan", "--json").data
    assert done == {"tasks": count, "decided": count, "skipped": {}}
    again = kiemtin.well("import-decisions", str(file), "--as", "lan").out
    assert again == f"0 of {count} flags decided. Left out: {count} the flag is decided already.\n"


def test_what_is_wrong_is_said(kiemtin: Command, home: Path, tmp_path: Path) -> None:
    file = tmp_path / "tasks.json"
    file.write_text("{}", encoding="utf-8")
    kiemtin.well("users", "add", "hùng", "--role", "viewer")
    assert "no list of tasks" in kiemtin("import-decisions", str(file), "--as", "hùng").complaint
    file.write_text("[]", encoding="utf-8")
    assert "may not decide" in kiemtin("import-decisions", str(file), "--as", "hùng").complaint
    assert "no user named 'mai'" in kiemtin("import-decisions", str(file), "--as", "mai").complaint
    assert "choose open" in kiemtin("export", "label-studio", str(file), "--state", "new").complaint
    assert "choose unverified" in kiemtin("export", "label-studio", str(file), "--label", "x").complaint
