"""`kiemtin thresholds`: what holds, what it comes to, and how it is changed."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from classifiers.labels import LABEL_NAMES
from monitor.cli import main
from tests.corpus import corpus
from tests.monitor.cli.command import Answer, Command

TEXTS = [example.text for example in corpus()[7::120]]


@pytest.fixture(scope="module")
def scored_database(home_template: Path, small_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Import and score some posts once; tests get copies of the database."""
    folder = tmp_path_factory.mktemp("scored")
    home = shutil.copytree(home_template, folder / "home")
    path = folder / "forum.jsonl"
    rows = (json.dumps({"id": str(n), "text": text}, ensure_ascii=False) for n, text in enumerate(TEXTS))
    path.write_text("\n".join(rows), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KIEMTIN_MODEL", str(small_model))
        for command in (["import", str(path)], ["score"]):
            with pytest.raises(SystemExit) as leaving:
                main(["--home", str(home), *command])
            assert leaving.value.code == 0
    return home / "kiemtin.db"


@pytest.fixture
def scored(home: Path, scored_database: Path) -> None:
    """Put the scored posts into the home."""
    shutil.copy(scored_database, home / "kiemtin.db")


def row(account: dict[str, Any], label: str, kind: str = "*") -> dict[str, Any]:
    (found,) = [each for each in account["rows"] if (each["label"], each["kind"]) == (label, kind)]
    return dict(found)


@pytest.mark.usefixtures("scored")
def test_thresholds_are_shown_with_what_they_come_to(kiemtin: Command) -> None:
    account = kiemtin.well("thresholds", "--json").data
    assert set(account) == {"model", "days", "scored", "flags_per_day", "rows", "advice"}
    assert account["scored"] == len(TEXTS)
    assert [(each["label"], each["kind"]) for each in account["rows"]] == [
        (label, kind) for label in LABEL_NAMES for kind in ("*", "import")
    ]
    assert all(0 < each["unsure_from"] <= each["threshold"] < 1 for each in account["rows"])
    assert all(0 < each["expected_precision"] <= 1 for each in account["rows"])
    assert account["flags_per_day"] == sum(row(account, label)["flags_per_day"] for label in LABEL_NAMES) > 0


@pytest.mark.usefixtures("scored")
def test_the_table_fits_a_terminal(kiemtin: Command) -> None:
    lines = kiemtin.well("thresholds", "--days", "7").out.splitlines()
    assert lines[0].startswith("small-")
    assert lines[1].split()[:3] == ["label", "kind", "from"]
    assert lines[2].startswith("unverified all")
    assert lines[-1].endswith("flags a day in all.")
    assert all(len(line) <= 80 for line in lines[1:])


@pytest.mark.usefixtures("scored")
def test_a_threshold_is_set_tried_and_reset(kiemtin: Command) -> None:
    wish = ("thresholds", "set", "--label", "concern", "--kind", "import", "--probability", "0.7", "--why", "quá nhiều")
    tried = kiemtin.well(*wish, "--dry-run")
    assert "concern, import:" in tried.out
    assert tried.out.endswith("Nothing was changed (--dry-run).\n")
    assert row(kiemtin.well("thresholds", "--json").data, "concern", "import")["aim"] == "model"

    assert "It holds for posts scored from now on." in kiemtin.well(*wish).out
    found = row(kiemtin.well("thresholds", "--json").data, "concern", "import")
    assert (found["threshold"], found["aim"], found["value"]) == (0.7, "probability", 0.7)

    changed = kiemtin.well("thresholds", "reset", "--label", "concern", "--json").data
    assert (changed["dry_run"], row(changed["after"], "concern", "import")["aim"]) == (False, "model")


@pytest.mark.usefixtures("scored")
def test_what_moves_nothing_says_so(kiemtin: Command) -> None:
    kiemtin.well("thresholds", "set", "--label", "concern", "--probability", "0.7")
    for again in (["set", "--label", "concern", "--probability", "0.7"], ["reset", "--label", "spam"]):
        out = kiemtin.well("thresholds", *again).out
        assert out.endswith("No threshold moves: it is set like that already, or nothing was set there.\n")


@pytest.mark.usefixtures("scored")
def test_a_budget_is_kept(kiemtin: Command) -> None:
    changed = kiemtin.well("thresholds", "set", "--budget", "5", "--json").data
    assert changed["before"]["flags_per_day"] > changed["after"]["flags_per_day"] == 5
    out = kiemtin.well("thresholds", "set", "--budget", "4").out
    assert "5.0 → 4.0" in out
    assert "they stay in the queue" in out


def refused(kiemtin: Command, *options: str) -> Answer:
    answer = kiemtin("thresholds", "set", *options)
    assert answer.status == 2
    return answer


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), "one of --precision, --probability and --budget"),
        (("--precision", "0.8", "--budget", "5"), "one of --precision, --probability and --budget"),
        (("--budget", "5", "--kind", "feed"), "takes no --label or --kind"),
        (("--precision", "0.8", "--floor", "0.6"), "--floor goes with --budget only"),
        (("--precision", "0.8", "--kind", "fax"), "no source is of that kind: use one of bluesky,"),
        (("--precision", "0.8", "--label", "spam"), "the model in use knows unverified, negative, concern"),
    ],
    ids=["nothing", "two aims", "a budget for a kind", "a floor without budget", "no such kind", "no such label"],
)
@pytest.mark.usefixtures("scored")
def test_wrong_options_are_one_line(options: tuple[str, ...], words: str, kiemtin: Command) -> None:
    assert words in refused(kiemtin, *options).complaint


@pytest.mark.parametrize("option", ["--budget", "--precision", "--probability"])
@pytest.mark.parametrize("value", ["0", "-1", "nan", "inf", "viele"])
def test_numbers_out_of_range_are_refused(option: str, value: str, kiemtin: Command, home: Path) -> None:
    assert option in refused(kiemtin, option, value).err


def test_before_anything_is_scored_the_command_that_scores_is_named(kiemtin: Command, home: Path) -> None:
    answer = kiemtin("thresholds")
    assert (answer.status, "run `kiemtin score` first" in answer.complaint) == (1, True)


def test_without_a_database_the_command_that_makes_one_is_named(kiemtin: Command, bare_home: Path) -> None:
    answer = kiemtin("thresholds", "set", "--budget", "5")
    assert (answer.status, "run `kiemtin init` first" in answer.complaint) == (1, True)
