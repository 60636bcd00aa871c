"""Tables of known tools: 4CAT, CrowdTangle, YouTube Data Tools."""

import csv
import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collectors.base import PublicPost
from monitor.collectors.files import ImportFile, Refusal, open_file
from monitor.collectors.files.base import MANGLED_ID, NO_TEXT
from monitor.collectors.files.known_tables import id_from_url, read_date
from monitor.errors import ImportRefused, UsageError

Write = Callable[[str, str | bytes], Path]

FACEBOOK_ROW = {
    "Page Name": "Khu trọ Bình An",
    "User Name": "khutro",
    "Facebook Id": "100200300",
    "Page Category": "COMMUNITY",
    "Post Created": "2023-05-01 10:00:00 +07",
    "Post Created Date": "2023-05-01",
    "Type": "Link",
    "Total Interactions": "1,234",
    "Likes": "1,000",
    "Comments": "200",
    "Shares": "34",
    "Love": "5",
    "Post Views": "0",
    "Total Views": "9,876",
    "URL": "https://www.facebook.com/100200300/posts/777888",
    "Message": "Nghe nói sắp đóng cửa xưởng\nai biết không?",
    "Link": "https://example.org/bai",
    "Image Text": "",
    "Link Text": "Xưởng may đóng cửa",
    "Description": "",
    "Overperforming Score (weighted  —  Likes 1x Shares 1x Comments 1x )": "-1.5",
}
INSTAGRAM_ROW = {
    "Account": "Xưởng May",
    "User Name": "xuong_may",
    "Followers at Posting": "120",
    "Post Created": "2023-05-01 10:00:00 EDT",
    "Type": "Photo",
    "Likes": "12",
    "Comments": "3",
    "Views": "0",
    "URL": "https://www.instagram.com/p/Cxyz/",
    "Title": "",
    "Description": "Cơm trưa nay",
    "Overperforming Score": "2",
}
FOURCAT_ROW = {
    "id": "9",
    "thread_id": "8",
    "author": "abc",
    "body": "Tin đồn về bảo hiểm",
    "timestamp": "2023-11-14 22:13:20",
    "subject": "Hỏi",
    "hashtags": "a,b",
    "image_url": "https://example.org/anh.jpg",
    "tiktok_url": "https://www.tiktok.com/@abc/video/9",
    "likes": "4",
    "plays": "70",
}


def table(*rows: Mapping[str, str], delimiter: str = ",") -> str:
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def only_post(file: ImportFile) -> PublicPost:
    (post,) = file.rows()
    assert isinstance(post, PublicPost)
    return post


def test_a_facebook_table_of_crowdtangle_is_read(write: Write) -> None:
    file = open_file(write("crowdtangle.csv", "\ufeff" + table(FACEBOOK_ROW)))
    post = only_post(file)
    assert (file.format, file.encoding, file.delimiter) == ("crowdtangle", "utf-8-sig", ",")
    assert file.mapping.columns["external_id"] == "id in URL"
    assert {"Type", "Total Interactions"} <= set(file.unused)
    assert not {"Message", "Facebook Id", "URL"} & set(file.unused)
    assert (post.external_id, post.author, post.context) == ("777888", "100200300", "Xưởng may đóng cửa")
    assert post.text == FACEBOOK_ROW["Message"]
    assert post.published_at is not None
    assert (post.published_at.isoformat(), post.published_raw) == (
        "2023-05-01T03:00:00+00:00",
        "2023-05-01 10:00:00 +07",
    )
    assert post.engagement == {"likes": 1000, "comments": 200, "shares": 34, "views": 9876}


def test_a_post_without_words_is_read_by_those_of_its_picture_or_link(write: Write) -> None:
    pictured = {**FACEBOOK_ROW, "Message": "", "Image Text": "CẢNH BÁO KHẨN"}
    linked = {**FACEBOOK_ROW, "Message": ""}
    empty = {**linked, "Link Text": ""}
    rows = list(open_file(write("a.csv", table(pictured, linked, empty))).rows())
    assert [row.text for row in rows if isinstance(row, PublicPost)] == ["CẢNH BÁO KHẨN", "Xưởng may đóng cửa"]
    assert rows[2] == Refusal(4, NO_TEXT)


def test_an_author_number_that_a_spreadsheet_rounded_is_not_used(write: Write) -> None:
    post = only_post(open_file(write("a.csv", table({**FACEBOOK_ROW, "Facebook Id": "1.00E+14"}))))
    assert post.author == "khutro"


def test_an_instagram_table_of_crowdtangle_is_read(write: Write) -> None:
    file = open_file(write("a.csv", table(INSTAGRAM_ROW, delimiter=";")))
    post = only_post(file)
    assert (file.format, file.delimiter) == ("crowdtangle", ";")
    assert (post.external_id, post.text, post.author) == ("Cxyz", "Cơm trưa nay", "xuong_may")
    assert post.published_at is not None
    assert post.published_at.isoformat() == "2023-05-01T14:00:00+00:00"


@pytest.mark.parametrize(
    ("raw", "utc"),
    [
        ("2023-05-01 10:00:00 +07", "2023-05-01T03:00:00+00:00"),
        ("2023-05-01 10:00:00 -0330", "2023-05-01T13:30:00+00:00"),
        ("2023-05-01 10:00:00 EDT", "2023-05-01T14:00:00+00:00"),
        ("2023-01-01 10:00:00 PST", "2023-01-01T18:00:00+00:00"),
        ("2023-05-01 10:00:00 UTC", "2023-05-01T10:00:00+00:00"),
        ("2023-05-01 10:00:00 ICT", "2023-05-01T03:00:00+00:00"),
        ("2023-05-01 10:00:00 XYZ", None),
    ],
)
def test_dates_are_read_in_the_zone_that_they_name(raw: str, utc: str | None) -> None:
    moment, kept = read_date(raw)
    assert (moment.isoformat() if moment else None, kept) == (utc, raw)


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
    assert id_from_url(url) == identifier


@given(st.text())
def test_any_address_and_any_date_are_read_without_an_error(text: str) -> None:
    id_from_url(f"https://{text}")
    read_date(text)


def test_a_table_of_4cat_is_read_in_utc(write: Write) -> None:
    file = open_file(write("tiktok.csv", table(FOURCAT_ROW)))
    post = only_post(file)
    assert file.format == "fourcat"
    assert (post.external_id, post.text, post.title) == ("9", "Tin đồn về bảo hiểm", "Hỏi")
    assert post.url == "https://www.tiktok.com/@abc/video/9"
    assert post.published_at is not None
    assert post.published_at.isoformat() == "2023-11-14T22:13:20+00:00"
    assert post.engagement == {"likes": 4, "views": 70}


def test_seconds_are_preferred_to_the_date_in_words(write: Write) -> None:
    post = only_post(open_file(write("a.csv", table({**FOURCAT_ROW, "unix_timestamp": "1700000001"}))))
    assert post.published_raw == "1700000001"


def test_a_post_of_4cat_with_a_subject_only_says_its_subject(write: Write) -> None:
    post = only_post(open_file(write("a.csv", table({**FOURCAT_ROW, "body": ""}))))
    assert (post.text, post.title) == ("Hỏi", None)


def test_a_rounded_identifier_is_refused(write: Write) -> None:
    path = write("a.csv", table(FOURCAT_ROW, {**FOURCAT_ROW, "id": "1.23E+17"}))
    assert list(open_file(path).rows())[1] == Refusal(3, MANGLED_ID)


def test_rows_of_4cat_as_json_lines_are_read(write: Write) -> None:
    row = {**FOURCAT_ROW, "unix_timestamp": 1_700_000_000}
    file = open_file(write("a.ndjson", json.dumps(row, ensure_ascii=False) + "\n"))
    post = only_post(file)
    assert (file.format, post.external_id, post.title, post.published_raw) == ("fourcat", "9", "Hỏi", "1700000000")


def test_raw_items_of_4cat_as_json_lines_are_read(write: Write) -> None:
    item = {"id": "7", "desc": "Tiền trọ", "createTime": 1_700_000_000, "author": {"uniqueId": "kenh"}}
    file = open_file(write("a.ndjson", json.dumps(item, ensure_ascii=False) + "\n"))
    assert (file.format, only_post(file).text) == ("fourcat", "Tiền trọ")


def test_a_column_that_a_person_names_wins_over_the_tools_own(write: Write) -> None:
    file = open_file(write("a.csv", table(FACEBOOK_ROW)), mapping={"text": "Link Text"})
    post = only_post(file)
    assert (file.format, file.mapping.given) == ("crowdtangle", {"text"})
    assert (post.text, post.external_id) == ("Xưởng may đóng cửa", "777888")


def test_a_list_of_videos_is_read(write: Write) -> None:
    row = {
        "position": "1", "channelId": "UC1", "channelTitle": "Kênh", "videoId": "v1",
        "publishedAt": "2023-05-01T03:00:00Z", "videoTitle": "Cảnh báo", "videoDescription": "Chia sẻ ngay",
        "viewCount": "10", "likeCount": "2", "commentCount": "1",
    }  # fmt: skip
    file = open_file(
        write("videolist.tab", table(row, {**row, "videoId": "v2", "videoDescription": ""}, delimiter="\t"))
    )
    first, second = file.rows()
    assert isinstance(first, PublicPost)
    assert isinstance(second, PublicPost)
    assert (file.format, first.external_id, first.title, first.text) == (
        "youtube_data_tools", "v1", "Cảnh báo", "Chia sẻ ngay",
    )  # fmt: skip
    assert (first.url, first.author) == ("https://www.youtube.com/watch?v=v1", "UC1")
    assert first.engagement == {"likes": 2, "comments": 1, "views": 10}
    assert (second.text, second.title) == ("Cảnh báo", "Cảnh báo")


def test_comments_on_a_video_are_read_in_utc(write: Write) -> None:
    row = {
        "id": "Ugx", "replyCount": "2", "likeCount": "5", "publishedAt": "2023-05-01 03:00:00", "authorName": "Ai đó",
        "text": "Đúng vậy", "isReplyTo": "",
    }  # fmt: skip
    post = only_post(open_file(write("comments.tab", table(row, delimiter="\t"))))
    assert (post.external_id, post.author, post.engagement) == ("Ugx", "Ai đó", {"likes": 5, "replies": 2})
    assert post.published_at is not None
    assert post.published_at.isoformat() == "2023-05-01T03:00:00+00:00"


def test_a_format_can_be_asked_for(write: Write) -> None:
    path = write("a.csv", table(FOURCAT_ROW))
    assert open_file(path, format_name="csv").format == "csv"
    with pytest.raises(ImportRefused, match="no crowdtangle file, which has the columns"):
        open_file(path, format_name="crowdtangle")
    with pytest.raises(ImportRefused, match="leave --format out"):
        open_file(path, format_name="jsonl")
    with pytest.raises(ImportRefused, match="leave --format out"):
        open_file(write("a.jsonl", '{"text": "a"}\n'), format_name="csv")
    with pytest.raises(UsageError, match="no format named 'excel': use one of crowdtangle, csv, exportcomments"):
        open_file(path, format_name="excel")


def test_plain_files_stay_plain(write: Write) -> None:
    assert open_file(write("a.csv", "id,author,text,publishedAt\n1,a,b,2023-05-01\n")).format == "csv"
    assert (
        open_file(write("a.jsonl", '{"id": 1, "text": "a", "createTime": 1700000000, "author": "x"}\n')).format
        == "jsonl"
    )
