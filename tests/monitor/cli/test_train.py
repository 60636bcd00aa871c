"""`kiemtin train` and `evaluate`: from labelled files to a model, and how good it is."""

import csv
import json
from itertools import cycle, islice
from pathlib import Path

import pytest

from classifiers.labels import LABEL_NAMES
from tests.corpus import corpus
from tests.monitor.cli.command import Command

CLEAN = ["Cảm ơn bạn đã chia sẻ", "Hôm nay trời đẹp quá", "Chúc cả nhà ngủ ngon", "Món này nấu thế nào vậy"]
RUDE = ["Nói năng vớ vẩn chán chả buồn nghe", "Video dở ẹc", "Hát như vịt kêu", "Nhìn phát bực"]
HATEFUL = ["Lũ vùng đó cút hết đi", "Bọn đó đáng bị đuổi sạch", "Cái giống ấy không đáng sống", "Đuổi cổ hết bọn chúng"]


@pytest.fixture(autouse=True)
def short_corpus(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the commands learn from every tenth post only: all of them take a minute each time."""
    monkeypatch.setattr("monitor.cli.train.read_corpus", lambda: corpus()[::10])


@pytest.fixture
def own_file(tmp_path: Path) -> Path:
    path = tmp_path / "own.jsonl"
    rows = (
        {"text": example.text, "labels": [label for label, holds in example.labels.items() if holds]}
        for example in corpus()[5::60]
    )
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def hate_file(tmp_path: Path) -> Path:
    """Write a file in the shape of ViHSD, with invented comments."""
    path = tmp_path / "vihsd.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["free_text", "label_id"])
        for label, texts in enumerate((CLEAN, RUDE, HATEFUL)):
            writer.writerows([f"{text} {number}", label] for number, text in enumerate(islice(cycle(texts), 24)))
    return path


def test_a_model_is_trained_kept_and_used(kiemtin: Command, own_file: Path, tmp_path: Path) -> None:
    data = kiemtin.well("train", "--name", "mine", "--no-corpus", "--data", f"own={own_file}", "--json").data
    assert set(data) == {"model", "examples", "metrics"}
    assert data["model"] == str(kiemtin.home / "models" / "mine")
    assert data["examples"] == len(own_file.read_text(encoding="utf-8").splitlines())
    assert set(data["metrics"]) == set(LABEL_NAMES)
    assert all(0 <= figures["auc"] <= 1 for figures in data["metrics"].values())
    assert (kiemtin.home / "models" / "mine" / "manifest.json").is_file()
    text = tmp_path / "x.txt"
    text.write_text("Mất nước", encoding="utf-8")
    assert kiemtin.well("classify", str(text), "--model", "mine", "--json").data["id"] == 1


def test_the_words_tell_how_good_it_is(kiemtin: Command, own_file: Path) -> None:
    out = kiemtin.well("train", "--name", "mine", "--no-corpus", "--data", f"own={own_file}").out
    assert "On texts it did not see:" in out
    assert out.count("AUC") == len(LABEL_NAMES)


def test_training_twice_on_the_same_gives_the_same(kiemtin: Command, own_file: Path) -> None:
    arguments = ["--no-corpus", "--data", f"own={own_file}", "--json"]
    first = kiemtin.well("train", "--name", "one", *arguments).data
    second = kiemtin.well("train", "--name", "two", *arguments).data
    assert first["metrics"] == second["metrics"]
    models = [kiemtin.home / "models" / name / "manifest.json" for name in ("one", "two")]
    hashes = {json.loads(model.read_text(encoding="utf-8"))["data_hash"] for model in models}
    assert len(hashes) == 1


def test_a_model_of_public_sets_is_adapted_to_our_own_posts(kiemtin: Command, hate_file: Path, own_file: Path) -> None:
    arguments = ["--no-corpus", "--data", f"own={own_file}", "--data", f"vihsd={hate_file}"]
    trained = kiemtin.well("train", "--name", "both", *arguments, "--json").data
    own = len(own_file.read_text(encoding="utf-8").splitlines())
    assert (trained["examples"], set(trained["metrics"])) == (72 + own, {"negative"})


def test_public_sets_alone_are_learnt_from(kiemtin: Command, hate_file: Path) -> None:
    trained = kiemtin.well("train", "--name", "alone", "--no-corpus", "--data", f"vihsd={hate_file}", "--json").data
    assert (trained["examples"], set(trained["metrics"])) == (72, {"negative"})


def test_our_labels_are_measured_on_a_public_set(kiemtin: Command, hate_file: Path) -> None:
    data = kiemtin.well("evaluate", "--model", "small", "--data", f"vihsd={hate_file}", "--json").data
    assert (set(data["labels"]), data["examples"]) == ({"negative"}, 72)
    assert {"auc", "average_precision", "precision", "recall"} <= set(data["labels"]["negative"])


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("vihsd=nowhere.csv", "nowhere.csv"),
        ("mystery=x.csv", "no reader named 'mystery'"),
        ("vihsd={empty}", "empty.csv"),
        ("vihsd={columns}", "columns"),
        ("own={labels}", "unknown label"),
    ],
)
def test_a_file_that_cannot_teach_is_one_line(data: str, said: str, kiemtin: Command, tmp_path: Path) -> None:
    contents = {
        "empty": ("empty.csv", "free_text,label_id\n"),
        "columns": ("columns.csv", "a,b\n1,2\n"),
        "labels": ("labels.jsonl", '{"text": "x", "labels": ["politics"]}\n'),
    }
    paths = {}
    for key, (name, content) in contents.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
        paths[key] = tmp_path / name
    for command in (["train", "--name", "x", "--no-corpus"], ["evaluate", "--model", "small"]):
        kiemtin.fails(said, *command, "--data", data.format(**paths))
    assert not (kiemtin.home / "models" / "x").exists()


def test_too_few_texts_are_told(kiemtin: Command, tmp_path: Path) -> None:
    (tmp_path / "few.jsonl").write_text('{"text": "x", "labels": []}\n' * 30, encoding="utf-8")
    kiemtin.fails("at least 10", "train", "--name", "x", "--no-corpus", "--data", f"own={tmp_path / 'few.jsonl'}")
