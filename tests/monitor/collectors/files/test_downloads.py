"""What Facebook and TikTok let a person download of an account: posts and comments are read, nothing else is."""

import gzip
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collectors.base import PublicPost
from monitor.collectors.files import ROW, Refusal, open_file
from monitor.collectors.files.base import NO_TEXT, NOT_JSON
from monitor.collectors.files.download_entries import (
    BROKEN_MEMBER,
    NOT_PUBLIC,
    entries_of,
    members_of,
    platform_of_document,
)
from monitor.errors import ImportRefused

Write = Callable[[str, str | bytes], Path]
MOMENT = 1_795_503_600  # 24 November 2026, two in the afternoon in Việt Nam


def as_facebook_writes(text: str) -> str:
    """Write each byte of the UTF-8 as a character of its own, as the downloads have it."""
    return text.encode().decode("latin-1")


def comment(text: str, group: str = "") -> dict[str, Any]:
    said = {"timestamp": MOMENT, "comment": as_facebook_writes(text), "author": as_facebook_writes("Thợ Ảo")}
    if group:
        said["group"] = as_facebook_writes(group)
    return {"timestamp": MOMENT, "data": [{"comment": said}], "title": "Thợ Ảo commented on a post."}


def post(text: str) -> dict[str, Any]:
    return {
        "timestamp": MOMENT,
        "data": [{"post": as_facebook_writes(text)}, {"update_timestamp": MOMENT}],
        "title": ".",
    }


PHOTO = {"timestamp": MOMENT, "attachments": [{"data": [{"media": {"uri": "a.jpg"}}]}], "data": []}
COMMENTS = {"comments_v2": [comment("Chưa nhận lương tháng này"), comment("Nóng quá")]}
OLDER = {"comments": [comment("Bữa ăn ca ít quá")]}
PICTURED = {
    "status_updates": [
        {
            **PHOTO,
            "attachments": [{"data": [{"media": {"uri": "a.jpg", "description": as_facebook_writes("Tan ca muộn")}}]}],
        }
    ]
}
GROUP = {"group_comments_v2": [comment("Ca đêm có suất ăn không?", "Hội công nhân")]}
POSTS = [post("Ai biết chỗ trọ gần khu B?"), PHOTO]
TIKTOK = {
    "Profile": {
        "Profile Information": {"ProfileMap": {"userName": "tho.may.ao", "emailAddress": "bi-mat@thu.example"}}
    },
    "Comment": {
        "Comments": {"CommentsList": [{"date": "2026-11-24 07:00:00", "comment": "Chưa nhận lương", "url": "N/A"}]}
    },
    "Direct Messages": {"Chat History": {"ChatHistory": {"a": [{"Content": "riêng tư"}]}}},
    "Post": {
        "Posts": {
            "VideoList": [
                {"Date": "2026-11-24 07:00:00", "Link": "https://tep.example/x", "Likes": "3", "Title": "Tan ca"},
                {"Date": "2026-11-24 07:00:00", "Title": "Cho bạn bè", "WhoCanView": "Friends"},
                {"Date": "2026-11-24 07:00:00", "Title": "Cho mọi người", "WhoCanView": "Public"},
            ]
        }
    },
}


def zipped(path: Path, files: Mapping[str, Any]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content if isinstance(content, str | bytes) else json.dumps(content))
    return path


def texts(path: Path) -> list[str]:
    return [row.text for row in open_file(path).rows() if isinstance(row, PublicPost)]


def reasons(path: Path) -> list[str]:
    return [row.reason for row in open_file(path).rows() if isinstance(row, Refusal)]


FACEBOOK_FILES = {
    "your_facebook_activity/comments_and_reactions/comments.json": COMMENTS,
    "your_facebook_activity/groups/your_comments_in_groups.json": GROUP,
    "your_facebook_activity/posts/your_posts__check_ins__photos_and_videos_1.json": POSTS,
    "your_facebook_activity/messages/inbox/a_1/message_1.json": {"messages": [{"content": "riêng tư"}]},
    "your_facebook_activity/posts/media/a.jpg": b"\xff\xd8\xff",
}


def test_a_facebook_archive_is_read_file_by_file_and_messages_are_not(tmp_path: Path) -> None:
    path = zipped(tmp_path / "facebook.zip", FACEBOOK_FILES)
    file = open_file(path)
    assert file.format == "facebook_download"
    assert "comments.json, your_comments_in_groups.json, your_posts__check_ins" in file.notes[0]
    assert any("messages, friends and searches in it are not read" in note for note in file.notes)
    assert texts(path) == [
        "Chưa nhận lương tháng này",
        "Nóng quá",
        "Ca đêm có suất ăn không?",
        "Ai biết chỗ trọ gần khu B?",
    ]
    assert reasons(path) == [NO_TEXT]


def test_a_comment_keeps_its_time_author_and_group(write: Write) -> None:
    (row,) = open_file(write("your_comments_in_groups.json", json.dumps(GROUP))).rows()
    assert isinstance(row, PublicPost)
    assert (row.author, row.context) == ("Thợ Ảo", "Hội công nhân")
    assert row.published_at is not None
    assert row.published_at.isoformat() == "2026-11-24T07:00:00+00:00"
    assert row.external_id.startswith(ROW)


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize(
    ("document", "count"),
    [(COMMENTS, 2), (GROUP, 1), (POSTS, 1), (OLDER, 1), (PICTURED, 1)],
    ids=["comments", "groups", "posts", "older", "pictured"],
)
def test_one_file_of_a_facebook_download_is_recognised(
    write: Write, document: Any, count: int, indent: int | None
) -> None:
    path = write("a.json", json.dumps(document, indent=indent))
    assert open_file(path).format == "facebook_download"
    assert len(texts(path)) == count


@pytest.mark.parametrize("indent", [None, 2])
def test_a_tiktok_download_gives_comments_and_public_videos(write: Write, tmp_path: Path, indent: int | None) -> None:
    path = write("user_data_tiktok.json", json.dumps(TIKTOK, indent=indent))
    archive = zipped(tmp_path / "TikTok.zip", {"user_data_tiktok.json": TIKTOK, "Comments.txt": "x"})
    for each in (path, archive):
        assert open_file(each).format == "tiktok_download"
        assert texts(each) == ["Chưa nhận lương", "Tan ca", "Cho mọi người"]
        assert reasons(each) == [NOT_PUBLIC]
    first, video, *_ = open_file(path).rows()
    assert isinstance(first, PublicPost)
    assert isinstance(video, PublicPost)
    assert (first.author, first.url, video.engagement) == ("tho.may.ao", None, {"likes": 3})
    assert first.published_at is not None
    assert first.published_at.isoformat() == "2026-11-24T07:00:00+00:00"


def test_a_later_download_has_the_same_posts_under_the_same_identifiers(tmp_path: Path) -> None:
    again = {"comments_v2": [comment("Mới thêm"), *COMMENTS["comments_v2"]]}
    name = "comments_and_reactions/comments.json"
    first, second = (
        {
            row.external_id
            for row in open_file(zipped(tmp_path / f"{n}.zip", {name: each})).rows()
            if isinstance(row, PublicPost)
        }
        for n, each in enumerate((COMMENTS, again))
    )
    assert first < second


def test_a_broken_file_of_an_archive_costs_only_itself(tmp_path: Path) -> None:
    broken = FACEBOOK_FILES | {"your_facebook_activity/comments_and_reactions/comments.json": '{"comments_v2": [{'}
    path = zipped(tmp_path / "facebook.zip", broken)
    assert reasons(path) == [BROKEN_MEMBER, NO_TEXT]
    assert texts(path) == ["Ca đêm có suất ăn không?", "Ai biết chỗ trọ gần khu B?"]


def test_a_file_that_was_cut_says_so(write: Write) -> None:
    cut = json.dumps(COMMENTS)[:-20]
    assert reasons(write("comments.json", cut)) == [NOT_JSON]
    assert len(reasons(write("comments.json.gz", gzip.compress(json.dumps(COMMENTS).encode() * 1)[:-9]))) == 1


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (
            {"comments_and_reactions/comments.html": "<p>x"},
            "as web pages: ask Facebook for it again, in the format JSON",
        ),
        ({"posts/your_posts_1.json": b" " * 50_000_001}, "takes more than 50 MB unpacked"),
        ({"a.txt": "x"}, "a zip archive: unpack it"),
    ],
)
def test_an_archive_that_cannot_be_read_is_refused_in_one_line(
    tmp_path: Path, files: Mapping[str, Any], said: str
) -> None:
    path = zipped(tmp_path / "a.zip", files)
    with pytest.raises(ImportRefused, match=said) as caught:
        list(open_file(path).rows())
    assert "\n" not in str(caught.value)


def test_columns_of_a_download_cannot_be_mapped(write: Write) -> None:
    path = write("comments.json", json.dumps(COMMENTS, indent=1))
    with pytest.raises(ImportRefused, match="--map does not go with facebook_download"):
        open_file(path, mapping={"text": "a"})


def test_only_the_files_of_posts_and_comments_are_named() -> None:
    assert members_of([*FACEBOOK_FILES, "posts/other_people's_posts_to_your_timeline.json"]) == (
        "facebook",
        [name for name in FACEBOOK_FILES if "messages" not in name and name.endswith(".json")],
    )
    assert members_of(["messages/inbox/comments.json"]) is None


KEYS = [
    "comments_v2",
    "group_posts_v2",
    "data",
    "comment",
    "post",
    "timestamp",
    "attachments",
    "author",
    "Comment",
    "Comments",
    "CommentsList",
    "date",
    "Video",
    "Videos",
    "VideoList",
    "Title",
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_any_json_is_no_download_or_gives_entries(document: Any) -> None:
    platform = platform_of_document(document)
    if platform is not None:
        assert all(isinstance(entry["text"], str) for entry in entries_of(document, platform))


@pytest.mark.parametrize(
    "document", [{"comments": [{"text": "a"}]}, {"comments": []}, {"posts": POSTS}, [{"timestamp": 1}], [], {}]
)
def test_lists_of_others_are_no_download(document: Any) -> None:
    assert platform_of_document(document) is None
