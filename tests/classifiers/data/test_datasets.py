"""Labelled files are read in the forms in which they are published; what is wrong with them is said with its place.

All rows here were made up for these tests.
"""

import gzip
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from classifiers.data.datasets import Example, PublicSet, data_hash, public_sets, read_named
from classifiers.errors import DataInvalid

GUIDE = Path(__file__).parents[3] / "docs" / "model.md"

# By set: the published columns, a published label, and what it means to us.
CSV_FORMS = [
    ("vihsd", "free_text,label_id", "1", {"negative": True}),
    ("vihsd", "free_text,label_id", "0", {"negative": False}),
    ("vlsphsd", "id,free_text,label_id", "2", {"negative": True}),
    ("comments2025", "text,label", "2", {"negative": True}),
    ("victsd", ",Comment,Constructiveness,Toxicity,Title,Topic", "1", {"negative": True}),
    ("victsd", ",Comment,Constructiveness,Toxicity,Title,Topic", "0.0", {"negative": False}),
    ("reintel", "id,user_name,post_message,timestamp_post,label", "1", {"unverified": True}),
]
TEXT_COLUMNS, LABEL_COLUMNS = {"free_text", "Comment", "post_message", "text"}, {"label_id", "Toxicity", "label"}


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def csv_of(header: str, text: str, label: str) -> str:
    row = [
        f'"{text}"' if name in TEXT_COLUMNS else label if name in LABEL_COLUMNS else "7" for name in header.split(",")
    ]
    return f"{header}\n{','.join(row)}\n"


@pytest.mark.parametrize(("name", "header", "label", "ours"), CSV_FORMS)
def test_published_tables_are_read(
    tmp_path: Path, name: str, header: str, label: str, ours: Mapping[str, bool]
) -> None:
    text = "Đồ dở hơi, nói\nhai dòng"
    path = write(tmp_path / "data.csv", csv_of(header, text, label))
    (example,) = read_named(name, path)
    assert (example.text, example.labels) == (text, ours)


@pytest.mark.parametrize("known", public_sets(), ids=lambda known: known.name)
def test_every_set_is_read_in_both_forms(tmp_path: Path, known: PublicSet) -> None:
    for text, label in zip(known.text[::-1], known.label[::-1], strict=False):
        table = write(tmp_path / "t.csv", f"{text},{label}\nxin chào,1\n")
        lines = write(tmp_path / "l.jsonl", json.dumps({text: "xin chào", label: 1}) + "\n\n")
        assert read_named(known.name, table) == read_named(known.name, lines)


def test_gzip_byte_order_marks_and_windows_lines_are_read(tmp_path: Path) -> None:
    content = '\ufefffree_text,label_id\r\n"một, hai",1\r\nba,0\r\n'.encode()
    expected = [Example("một, hai", {"negative": True}), Example("ba", {"negative": False})]
    assert read_named("vihsd", write(tmp_path / "a.csv", content)) == expected
    assert read_named("vihsd", write(tmp_path / "a.csv.gz", gzip.compress(content))) == expected


def test_rows_without_text_or_known_label_are_left_out(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "free_text,label_id\n,1\n  ,0\nđược,\nđược,9\ncó,1\n")
    assert read_named("vihsd", path) == [Example("có", {"negative": True})]


def test_a_file_in_the_shape_of_the_corpus_is_read(tmp_path: Path) -> None:
    record = {"text": " giữ nguyên ", "labels": ["concern"], "kind": "worker_report", "id": "x", "topic": "wages"}
    path = write(tmp_path / "own.jsonl", json.dumps(record))
    labels = {"unverified": False, "negative": False, "concern": True}
    assert read_named("own", path) == [
        Example(" giữ nguyên ", labels, {"id": "x", "kind": "worker_report", "topic": "wages"})
    ]


def test_a_borderline_post_may_carry_a_grade(tmp_path: Path) -> None:
    path = write(tmp_path / "own.jsonl", '{"text": "vãi", "labels": [], "grade": {"negative": 0.3}}')
    (example,) = read_named("own", path)
    assert (example.labels["negative"], example.grades) == (False, {"negative": 0.3})
    assert data_hash([example]) != data_hash([Example(example.text, example.labels)])


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("vihsd", "a,b\n1,2\n", "has no columns 'text' and 'label': is it really ViHSD"),
        ("vihsd", "", "holds no labelled text"),
        ("vihsd", "free_text,label_id\n", "holds no labelled text"),
        ("vihsd", '{"text": "a", "label": 1}\n{oops', "line 2: not JSON"),
        ("vihsd", '{"text": "a", "label": 1}\n5\n', "line 2: not a JSON object"),
        ("vihsd", "free_text,label_id\n" + "a" * 200_000 + ",1\n", "is not valid CSV"),
        ("vihsd", b"\xff\xfe\x00", "cannot read"),
        ("vihsd", b"\x1f\x8b rest", "cannot read"),
        ("vihsd", gzip.compress(b"free_text,label_id\na,1\n", mtime=0)[:-9], "cannot read"),
        ("own", '{"text": "a"}', "line 1: not a labelled post"),
        ("own", '{"text": "a", "labels": []}\n["a"]', "line 2: not a labelled post"),
        ("own", '{"text": "a", "labels": ["opinion"]}', "line 1: unknown label 'opinion'"),
        ("own", '{"text": "a", "labels": [], "grade": {"opinion": 0.3}}', "line 1: unknown label 'opinion'"),
        ("own", '{"text": "a", "labels": [], "grade": {"negative": 3}}', "line 1: a grade lies between 0 and 1, not 3"),
        ("own", '{"text": "a", "labels": [], "grade": 0.3}', "line 1: not a labelled post"),
        ("own", '{"text": "a", "labels": {"negative": false}}', "`labels` lists what the post carries"),
        ("nothing", "free_text,label_id\na,1\n", "no reader named 'nothing': choose one of vihsd, .* or `own`"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_one_line(tmp_path: Path, name: str, content: str | bytes, reason: str) -> None:
    with pytest.raises(DataInvalid, match=reason) as caught:
        read_named(name, write(tmp_path / "data", content))
    assert "\n" not in str(caught.value)


def test_the_title_that_a_published_text_answers_is_read(tmp_path: Path) -> None:
    path = write(
        tmp_path / "victsd.csv", "Comment,Constructiveness,Toxicity,Title,Topic\nĐắt,0,0,Giá  xăng,KinhDoanh\n"
    )
    assert [example.title for example in read_named("victsd", path)] == ["Giá xăng"]


def test_a_damaged_archive_is_explained(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(b"free_text,label_id\n" + bytes(range(32, 127)) * 50 + b",1\n"))
    for place in range(10, len(packed)):
        damaged = packed.copy()
        damaged[place] ^= 0x55
        with pytest.raises(DataInvalid):
            read_named("vihsd", write(tmp_path / "data.gz", bytes(damaged)))


def test_a_missing_file_is_explained(tmp_path: Path) -> None:
    with pytest.raises(DataInvalid, match=r"cannot read .*nowhere\.csv: No such file or directory$"):
        read_named("vihsd", tmp_path / "nowhere.csv")


def test_the_hash_follows_texts_labels_and_their_order() -> None:
    one, two = Example("a", {"negative": True, "concern": False}), Example("\ud83d", {"negative": False})
    turned = Example("a", {"concern": False, "negative": True}, {"id": "x-1"})
    assert data_hash([one, two]) == data_hash([turned, two])
    of_a_kind = Example("a", one.labels, {"kind": "insult"})
    assert data_hash([one]) != data_hash([of_a_kind]), "subclasses are trained on kinds"
    hashes = {data_hash(examples) for examples in ([one], [two], [one, two], [two, one], [])}
    assert len(hashes) == 5
    assert data_hash([one]) != data_hash([Example("a", {"negative": False, "concern": False})])


@pytest.mark.parametrize("known", public_sets(), ids=lambda known: known.name)
def test_every_set_is_told_of_with_its_terms(known: PublicSet) -> None:
    assert set(known.values) < set(known.classes)
    assert f"\n| `{known.name}` | {known.title.partition(', arXiv')[0]}: " in GUIDE.read_text(encoding="utf-8")
