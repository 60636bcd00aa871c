"""Tables of known tools: 4CAT, CrowdTangle, exportcomments.com, the Meta Content Library, YouTube Data Tools."""

import csv
import io
import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collectors.files.base import MANGLED_ID, NO_TEXT, NOT_PUBLIC, REPOST
from monitor.collectors.files.file_dates import DateReader
from monitor.collectors.files.formats import open_file
from monitor.collectors.files.mapping import FIELDS
from monitor.collectors.files.shapes import READS, id_in_address, shapes
from monitor.errors import ImportRefused, UsageError
from tests.examples import examples_of
from tests.monitor.collectors.files.conftest import Read, Write
from tests.monitor.collectors.payloads import sample, text

EXAMPLES = examples_of(__file__)

TABLES = sample("tables.json")


def table(*rows: Mapping[str, str], delimiter: str = ",") -> str:
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


@pytest.mark.parametrize(("name", "said"), EXAMPLES["tables"].items())
@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_a_table_of_a_known_tool_is_read(read: Read, name: str, said: dict[str, Any], delimiter: str) -> None:
    wanted = {field: value for field, value in said.items() if field not in ("format", "published")}
    opened = read("a.csv", "\ufeff" + table(TABLES[name], delimiter=delimiter))
    assert (opened.file.format, opened.delimiter, opened.times) == (said["format"], delimiter, [said["published"]])
    assert {field: getattr(opened.post, field) for field in wanted} == wanted


def test_columns_that_feed_no_field_are_told(read: Read) -> None:
    file = read("a.csv", table(TABLES["facebook"])).file
    assert file.mapping.columns["external_id"] == "URL"
    assert {"Type", "Total Interactions"} <= set(file.unused)
    assert not {"Message", "Image Text", "Facebook Id", "URL"} & set(file.unused)


def test_an_export_of_comments_is_read_below_its_title_lines(read: Read) -> None:
    opened = read("a.csv", "\ufeff" + text("exported_comments.csv"))
    assert opened.file.format == "exportcomments"
    assert "3 rows stand above the one that names the columns" in opened.file.notes
    first, second = opened.posts
    assert (first.external_id, first.author, first.url) == ("c1", "100200300", "https://mang.example/bai/1?c=c1")
    assert first.published_at == second.published_at
    assert (first.text, first.title, first.engagement) == ("Chưa nhận lương", None, {"likes": 3})


@pytest.mark.parametrize(
    ("row", "changes", "said"),
    [
        (TABLES["facebook"], {"Message": "", "Image Text": "CẢNH BÁO KHẨN"}, ("CẢNH BÁO KHẨN", None)),
        (TABLES["facebook"], {"Message": ""}, ("Xưởng may đóng cửa", None)),
        (TABLES["fourcat"], {"body": ""}, ("Hỏi", None)),
        (TABLES["video"], {"videoDescription": ""}, ("Cảnh báo", None)),
    ],
    ids=["picture", "link", "subject", "video title"],
)
def test_a_post_without_words_is_read_by_those_beside_it(
    read: Read, row: dict[str, str], changes: dict[str, str], said: tuple[str, None]
) -> None:
    post = read("a.csv", table(row | changes)).post
    assert (post.text, post.title) == said


@pytest.mark.parametrize(
    ("row", "changes", "reason"),
    [
        (TABLES["facebook"], {"Message": "", "Link Text": ""}, NO_TEXT),
        (TABLES["fourcat"], {"id": "1.23E+17"}, MANGLED_ID),
        (TABLES["x"], {"body": "RT @a: Lương", "is_retweet": "yes"}, REPOST),
    ],
    ids=["no words", "rounded", "passed on"],
)
def test_a_row_that_is_no_post_is_refused(
    read: Read, row: dict[str, str], changes: dict[str, str], reason: str
) -> None:
    assert read("a.csv", table(row, row | changes)).reasons == [reason]


def test_an_author_number_that_a_spreadsheet_rounded_is_not_used(read: Read) -> None:
    assert read("a.csv", table({**TABLES["facebook"], "Facebook Id": "1.00E+14"})).post.author == "khutro"


@pytest.mark.parametrize(
    ("url", "identifier"),
    [
        ("https://www.facebook.com/1/posts/2", "2"),
        ("https://www.facebook.com/groups/1/permalink/3/", "3"),
        ("https://www.facebook.com/permalink.php?story_fbid=4&id=1", "4"),
        ("https://www.facebook.com/photo.php?fbid=5", "5"),
        ("https://www.facebook.com/watch/?v=6", "6"),
        ("https://www.facebook.com/story.php?other=7", "https://www.facebook.com/story.php?other=7"),
        ("https://www.facebook.com/", "https://www.facebook.com/"),
        ("", None),
        ("https://[", None),
    ],
)
def test_the_identifier_is_taken_from_the_address(url: str, identifier: str | None) -> None:
    assert id_in_address(url) == identifier


@given(st.text())
def test_any_address_and_any_date_are_read_without_an_error(text: str) -> None:
    id_in_address(f"https://{text}")
    DateReader()(text)


def test_rows_and_items_of_4cat_as_json_lines_are_read(read: Read) -> None:
    row = read("a.ndjson", json.dumps({**TABLES["fourcat"], "unix_timestamp": 1_700_000_000}))
    assert (row.file.format, row.post.title, row.post.published_raw) == ("fourcat", "Hỏi", "1700000000")
    item = {"id": "7", "desc": "Tiền trọ", "createTime": 1_700_000_000, "author": {"uniqueId": "kenh"}}
    for content in (json.dumps(item), json.dumps([item], indent=1)):
        opened = read("a.json", content)
        assert (opened.file.format, opened.texts) == ("fourcat", ["Tiền trọ"])


@pytest.mark.parametrize("mark", ["privateItem", "secret", "forFriend"])
def test_a_video_that_is_not_public_is_left_out(read: Read, mark: str) -> None:
    item = {"id": "7", "desc": "Tiền trọ", "createTime": 1_700_000_000, "author": {"uniqueId": "kenh"}, mark: False}
    opened = read("a.ndjson", f"{json.dumps(item)}\n{json.dumps(item | {'id': '8', mark: True})}")
    assert (opened.texts, opened.refused) == (["Tiền trọ"], [(2, NOT_PUBLIC)])


def test_a_column_that_a_person_names_wins_over_the_tools_own(read: Read) -> None:
    opened = read("a.csv", table(TABLES["facebook"]), mapping={"text": "Link Text", "context": ""})
    assert (opened.file.format, opened.file.mapping.given) == ("crowdtangle", {"text", "context"})
    post = opened.post
    assert (post.text, post.context, post.external_id) == ("Xưởng may đóng cửa", None, "777888")


def test_a_format_can_be_asked_for(write: Write) -> None:
    path = write("a.csv", table(TABLES["fourcat"]))
    assert open_file(path, format_name="csv").format == "csv"
    for asked, said in (
        ("crowdtangle", "no crowdtangle file, which has the columns"),
        ("jsonl", "leave --format out"),
        ("workbook", "leave --format out"),
    ):
        with pytest.raises(ImportRefused, match=said):
            open_file(path, format_name=asked)
    with pytest.raises(UsageError, match="no format named 'excel': use one of crowdtangle, csv, exportcomments"):
        open_file(path, format_name="excel")


def test_plain_files_stay_plain(read: Read) -> None:
    assert read("a.csv", "id,author,text,publishedAt\n1,a,b,2023-05-01\n").file.format == "csv"
    assert read("a.jsonl", '{"id": 1, "text": "a", "createTime": 1700000000, "author": "x"}\n').file.format == "jsonl"


def test_the_table_of_shapes_names_only_what_there_is() -> None:
    for shape in shapes():
        assert shape.fields["text"]
        assert set(shape.fields) <= {*FIELDS, "audience"}
        assert set(shape.reads) <= set(shape.fields)
        assert set(shape.reads.values()) <= set(READS)
