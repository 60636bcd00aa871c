"""The comparison with other projects' material, on a small folder of the same shapes, written for this test."""

import json
from pathlib import Path

import pytest

from tests.conformance.__main__ import main
from tests.conformance.checks import CHECKS
from tests.monitor.collectors import payloads

RSS = (
    "<!--\nDescription: a title\nExpect: not bozo and entries[0]['title'] == '{}'\n-->\n"
    "<rss version='2.0'><channel>{}</channel></rss>"
)
ITEM = "<item><guid>1</guid><title>Bữa ăn ca</title></item>"


def write(folder: Path, name: str, content: str | object) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def fixtures(tmp_path: Path) -> Path:
    """Write two things of each project: one that agrees with what it says, and one that cannot."""
    write(tmp_path, "feedparser/tests/wellformed/rss/good.xml", RSS.format("Bữa ăn ca", ITEM))
    write(tmp_path, "feedparser/tests/wellformed/rss/bad.xml", RSS.format("Khác", ITEM))
    two = [{"title": "Bữa ăn ca"}, {"title": "Hai"}]
    for folder, ending, name in (
        ("gofeed/testdata/rss", "xml", "items"),
        ("podcastparser/tests/data", "rss", "episodes"),
    ):
        for said, rows in (("good", two[:1]), ("bad", two)):
            write(tmp_path, f"{folder}/{said}.{ending}", RSS.format("", ITEM))
            write(tmp_path, f"{folder}/{said}.json", {name: rows})
    write(tmp_path, "protego/benchmarks/corpus/good.example", "User-agent: *\nDisallow: /\n")
    # Python's parser knows no wildcards; that is a difference of the two.
    write(tmp_path, "protego/benchmarks/corpus/bad.example", "User-agent: *\nDisallow: /*\n")
    row, broken = payloads.mastodon_row(1), payloads.mastodon_row(2, uri=7)
    for name, rows in (("good", [row]), ("bad", [row, broken])):
        body = json.dumps(rows, ensure_ascii=False).replace("'", "''")
        write(tmp_path, f"Mastodon.py/tests/cassettes/{name}.yaml", f"- response:\n    body: {{string: '{body}'}}\n")
    event = {"did": payloads.DID, "time_us": 1, "kind": "commit"}
    commit = {
        "operation": "create",
        "collection": "app.bsky.feed.post",
        "rkey": "3m1",
        "record": payloads.bluesky_record(),
    }
    lines = [json.dumps(event | {"commit": commit}), json.dumps(event | {"commit": commit | {"record": {"text": 7}}})]
    write(tmp_path, "jetstream/events.jsonl", "\n".join(lines))
    write(tmp_path, "discourse_api/spec/fixtures/good.json", {"latest_posts": [payloads.discourse_row(1)]})
    write(tmp_path, "discourse_api/spec/fixtures/bad.json", {"latest_posts": [payloads.discourse_row(0)]})
    good = payloads.youtube_list(payloads.youtube_thread(1) | {"kind": "youtube#commentThread"})
    bad = payloads.youtube_list({"kind": "youtube#commentThread", "id": 7})
    write(tmp_path, "python-youtube/testdata/good.json", good)
    write(tmp_path, "python-youtube/testdata/bad.json", bad)
    words = "Ban quản lý khu công nghiệp thông báo xe đưa đón chạy lại từ thứ hai, công nhân đăng ký ở tổ của mình."
    write(tmp_path, "trafilatura/tests/cache/a.html", f"<html><body><article><p>{words}</p></article></body></html>")
    data = "newspaper4k/tests/data"
    write(tmp_path, f"{data}/html/a.html", f"<html><body><article><p>{words}</p></article></body></html>")
    write(tmp_path, f"{data}/txt/a.txt", f"{words}\nngắn\n{'không có ' * 9}")
    write(tmp_path, f"{data}/metadata/a.json", {"url": "https://a.example/1"})
    for name in ("csvkit", "agate", "agate-excel"):
        write(tmp_path, f"{name}/examples/good.csv", "k1,Chưa nhận lương,05/11/2026\n")
        write(tmp_path, f"{name}/examples/bad.csv", "")
    table = {"https://a.example": {"file": "a.html", "with": ["xe đưa đón", "không có"], "without": []}}
    write(tmp_path, "trafilatura/tests/evaldata.py", f"EVAL_PAGES = {table!r}\nraise SystemExit('never run')\n")
    return tmp_path


@pytest.mark.parametrize("name", CHECKS)
def test_what_agrees_and_what_differs_is_told_apart(name: str, fixtures: Path) -> None:
    assert sorted(compared.agreed for compared in CHECKS[name](fixtures / name)) == [False, True]


def test_texts_and_whole_dates_of_entries_are_compared_too(tmp_path: Path) -> None:
    entry = "<item><title>A</title><description>&lt;b&gt;Nợ&lt;/b&gt; lương</description><pubDate>{}</pubDate></item>"
    said = {"title": "A", "description": "<b>Nợ</b> lương", "publishedParsed": "2026-11-30T07:05:00Z"}
    for name, date in (("good", "Mon, 30 Nov 2026 14:05:00 +0700"), ("bad", "Mon, 30 Nov 2026 14:05:01 +0700")):
        write(tmp_path, f"gofeed/testdata/{name}.xml", RSS.format("", entry.format(date)))
        write(tmp_path, f"gofeed/testdata/{name}.json", {"items": [said]})
    compared = dict(CHECKS["gofeed"](tmp_path / "gofeed"))
    assert compared == {
        "bad": True,
        "bad date 1": False,
        "bad text 1": True,
        "good": True,
        "good date 1": True,
        "good text 1": True,
    }


@pytest.mark.parametrize(
    ("expected", "agrees"),
    [
        ("entries[0]['description'] == '<b>Nợ</b> lương'", True),
        ("entries[0]['description'] == 'Nợ'", False),
        ("not bozo and entries[0]['published_parsed'] == (2026, 11, 30, 7, 5, 0, 0, 334, 0)", True),
        ("entries[0]['published_parsed'] == (2026, 11, 30, 7, 5, 1, 0, 334, 0)", False),
        ("entries[0]['link'] == 'https://a.example/1' and entries[0]['id'] == 'x'", True),
    ],
)
def test_words_dates_and_addresses_of_feedparser_are_compared(tmp_path: Path, expected: str, *, agrees: bool) -> None:
    item = "<link>https://a.example/1</link><description>&lt;b&gt;Nợ&lt;/b&gt; lương</description>"
    item += "<pubDate>Mon, 30 Nov 2026 14:05:00 +0700</pubDate>"
    feed = RSS.replace("entries[0]['title'] == '{}'", "{}").format(expected, f"<item>{item}</item>")
    write(tmp_path, "feedparser/tests/wellformed/a.xml", feed)
    assert [compared.agreed for compared in CHECKS["feedparser"](tmp_path / "feedparser")] == [agrees]


def test_the_command_prints_agreed_and_tried(fixtures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([str(fixtures)])
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == "feedparser: 1 / 2; differ: bad"
    assert [line.split(": ")[1][:5] for line in printed] == ["1 / 2"] * len(CHECKS)


@pytest.mark.parametrize("arguments", [[], ["no-such-folder"], ["."]])
def test_a_folder_without_the_material_is_one_line(arguments: list[str], tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"docs/conformance\.md") as leaving:
        main([str(tmp_path) if each == "." else each for each in arguments])
    assert "\n" not in str(leaving.value)
