"""`kiemtin classify`: one result a line, in order, whatever the lines are; it needs no database."""

import json
import subprocess
from dataclasses import replace
from io import BytesIO, TextIOWrapper
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from classifiers.labels import LABEL_NAMES
from classifiers.model.classifier import Classifier
from classifiers.persistence import load, save
from classifiers.text.segment import Segmenter
from tests.corpus import corpus
from tests.monitor.cli.command import HANGS_AFTER, SCRIPT, Answer, Command, apart

RUMOUR = "Tin nội bộ: ngày mai ngân hàng đóng cửa, ai có tiền rút ngay, chia sẻ gấp cho mọi người cùng biết!!!"


@pytest.fixture
def kiemtin(bare: Command) -> Command:
    """Classify in a folder in which nothing was set up."""
    return bare


def lines_of(answer: Answer) -> list[dict[str, Any]]:
    assert (answer.status, answer.err) == (0, "")
    return [json.loads(line) for line in answer.out.splitlines()]


def classify(kiemtin: Command, model: Path, file: Path, *options: str) -> list[dict[str, Any]]:
    return lines_of(kiemtin("classify", str(file), "--model", str(model), "--json", *options))


def test_two_hundred_mixed_lines_give_two_hundred_results_in_order(
    kiemtin: Command, small_model: Path, tmp_path: Path
) -> None:
    texts = [example.text for example in islice(cycle(corpus()[3::40]), 200)]
    plain = {number for number in range(200) if number % 3 == 0}
    file = tmp_path / "mixed.txt"
    rows = [
        " ".join(text.split()) if number in plain else json.dumps({"id": f"p{number}", "text": text, "other": [1]})
        for number, text in enumerate(texts)
    ]
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    found = classify(kiemtin, small_model, file)

    assert [each["id"] for each in found] == [n + 1 if n in plain else f"p{n}" for n in range(200)]
    assert all(set(each) - {"claim"} == {"id", *LABEL_NAMES, "flags", "reasons"} for each in found)
    assert all(("claim" in each) == ("unverified" in each["flags"]) for each in found)
    assert all(0 <= each[label] <= 1 for each in found for label in LABEL_NAMES)
    assert all(set(each["reasons"]) == set(each["flags"]) for each in found)
    assert any(each["flags"] for each in found)
    assert len({each["concern"] for each in found}) > 20  # not all the same


def test_what_a_post_answers_reaches_the_model(kiemtin: Command, small_model: Path, tmp_path: Path) -> None:
    loaded = load(small_model, Segmenter())
    classifier = loaded.classifier
    models = [replace(model, trait_weights=np.array([0.0, -1.0])) for model in classifier.label_models]
    moved = Classifier(classifier.space, models, classifier.thresholds, Segmenter(), subclasses=classifier.subclasses)
    save(moved, tmp_path / "moved", {**loaded.manifest, "name": "moved"})
    answered = {"context": "Ngân hàng nói gì"}, {"title": "Ngân hàng nói gì"}, {"context": ""}, {}
    file = tmp_path / "replies.jsonl"
    file.write_text("\n".join(json.dumps({"text": RUMOUR, **each}) for each in answered), encoding="utf-8")
    first, second, third, fourth = classify(kiemtin, tmp_path / "moved", file)
    assert first["unverified"] == second["unverified"] < third["unverified"] == fourth["unverified"]


def test_reasons_are_words_with_weights(kiemtin: Command, small_model: Path, tmp_path: Path) -> None:
    file = tmp_path / "one.txt"
    file.write_text(RUMOUR, encoding="utf-8")
    (found,) = classify(kiemtin, small_model, file)
    assert found["flags"] == ["unverified"]
    for words, weight in found["reasons"]["unverified"]:
        assert (isinstance(words, str), isinstance(weight, float)) == (True, True)
    assert found["claim"] == {"asserts": ["ngày mai ngân hàng đóng cửa"], "sources": [], "hearsay": ["Tin nội bộ"]}
    (explained,) = classify(kiemtin, small_model, file, "--explain")
    assert set(explained["reasons"]) == set(LABEL_NAMES)


@pytest.mark.parametrize(
    ("line", "identifier"),
    [
        ("", 1),
        ("   ", 1),
        ("{not JSON", 1),
        ("[1, 2]", 1),
        ("\ufeffcó dấu đầu tệp", 1),
        ("dòng kiểu Windows\r", 1),
        ('{"id": null, "text": ""}', None),
        ('{"id": {"a": [1]}, "text": "x"}', {"a": [1]}),
        ('{"text": "không có số"}', 1),
        ('{"id": "\\ud83d", "text": "nửa \\ud83d cặp"}', "\ud83d"),
        ('{"a":' * 20_000, 1),
    ],
    ids=["empty", "blank", "brace", "list", "BOM", "CRLF", "null", "object", "no id", "half a pair", "deep"],
)
def test_odd_lines_are_texts_like_any_other(
    line: str, identifier: object, kiemtin: Command, small_model: Path, tmp_path: Path
) -> None:
    file = tmp_path / "odd.txt"
    file.write_text(line + "\n", encoding="utf-8")
    (found,) = classify(kiemtin, small_model, file)
    assert found["id"] == identifier


@pytest.mark.parametrize(("body", "results"), [(b"", 0), (b"\xff\xfe\x00 abc\n\xc3\n", 2)], ids=["empty", "bytes"])
def test_a_file_without_text_is_no_reason_to_stop(
    body: bytes, results: int, kiemtin: Command, small_model: Path, tmp_path: Path
) -> None:
    (tmp_path / "odd.txt").write_bytes(body)
    assert len(classify(kiemtin, small_model, tmp_path / "odd.txt")) == results


def test_an_object_without_text_is_one_line_that_says_which(
    kiemtin: Command, small_model: Path, tmp_path: Path
) -> None:
    file = tmp_path / "x.jsonl"
    file.write_text('{"text": "được"}\n{"message": "không"}\n', encoding="utf-8")
    kiemtin.fails("line 2", "classify", str(file), "--model", str(small_model), "--json")


@pytest.mark.parametrize("arguments", [[], ["-"]], ids=["nothing", "dash"])
def test_standard_input_is_read(
    arguments: list[str], kiemtin: Command, small_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(f"{RUMOUR}\n\nHôm nay trời đẹp".encode()), "latin-1"))
    found = lines_of(kiemtin("classify", *arguments, "--model", str(small_model), "--json"))
    assert ([each["id"] for each in found], found[0]["flags"]) == ([1, 2, 3], ["unverified"])


def test_words_for_people(kiemtin: Command, small_model: Path, tmp_path: Path) -> None:
    file = tmp_path / "x.txt"
    file.write_text(f"{RUMOUR}\nTrời hôm nay đẹp [b]nhé[/b]\n", encoding="utf-8")
    first, second = kiemtin.well("classify", str(file), "--model", str(small_model)).out.splitlines()
    assert "[unverified]" in first
    assert "[–]" in second
    assert second.endswith("[b]nhé[/b]")


def test_vietnamese_is_written_whatever_the_environment_says(small_model: Path) -> None:
    answer = apart("classify", "--model", str(small_model), stdin=RUMOUR.encode(), PYTHONIOENCODING="ascii")
    assert (answer.status, "ngân hàng" in answer.out) == (0, True)


def test_a_reader_that_has_seen_enough_is_no_trouble(small_model: Path, tmp_path: Path) -> None:
    file = tmp_path / "many.txt"
    file.write_text("Mất nước\n" * 5000, encoding="utf-8")
    command = [str(SCRIPT), "classify", str(file), "--model", str(small_model), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:  # noqa: S603  our own
        assert json.loads(child.stdout.readline())["id"] == 1
        child.stdout.close()
        assert child.stderr.read() == b""
        assert child.wait(HANGS_AFTER) in (0, 1)


@pytest.mark.parametrize("file", ["nowhere.txt", "."])
def test_a_file_that_cannot_be_read_is_one_line(file: str, kiemtin: Command, small_model: Path) -> None:
    kiemtin.fails(f"cannot read {file}", "classify", file, "--model", str(small_model))
