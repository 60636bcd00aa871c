"""What Facebook and TikTok let a person download of an account: posts and comments are read, nothing else is."""

import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collectors.files.base import BROKEN_DOCUMENT, BROKEN_MEMBER, NO_TEXT, NOT_JSON, NOT_PUBLIC
from monitor.collectors.files.download_entries import entries_of, members_of, platform_of_document
from monitor.collectors.files.formats import open_file
from monitor.collectors.files.row_identity import ROW
from monitor.errors import ImportRefused
from tests.monitor.collectors.files.conftest import Read, Write, opened, refusal_of, zipped
from tests.monitor.collectors.payloads import sample

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
TIKTOK = sample("tiktok_download.json")


FACEBOOK_FILES = {
    "your_facebook_activity/comments_and_reactions/comments.json": COMMENTS,
    "your_facebook_activity/groups/your_comments_in_groups.json": GROUP,
    "your_facebook_activity/posts/your_posts__check_ins__photos_and_videos_1.json": POSTS,
    "your_facebook_activity/messages/inbox/a_1/message_1.json": {"messages": [{"content": "riêng tư"}]},
    "your_facebook_activity/posts/media/a.jpg": b"\xff\xd8\xff",
}


def test_a_facebook_archive_is_read_file_by_file_and_messages_are_not(tmp_path: Path) -> None:
    read = opened(zipped(tmp_path / "facebook.zip", FACEBOOK_FILES))
    assert read.file.format == "facebook_download"
    assert "comments.json, your_comments_in_groups.json, your_posts__check_ins" in read.file.notes[0]
    assert any("messages, friends and searches in it are not read" in note for note in read.file.notes)
    assert read.texts == [
        "Chưa nhận lương tháng này",
        "Nóng quá",
        "Ca đêm có suất ăn không?",
        "Ai biết chỗ trọ gần khu B?",
    ]
    assert read.reasons == [NO_TEXT]


def test_a_comment_keeps_its_time_author_and_group(read: Read) -> None:
    comments = read("your_comments_in_groups.json", json.dumps(GROUP))
    assert (comments.post.author, comments.post.context) == ("Thợ Ảo", "Hội công nhân")
    assert comments.times == ["2026-11-24T07:00:00+00:00"]
    assert comments.ids[0].startswith(ROW)


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize(
    ("document", "count"),
    [(COMMENTS, 2), (GROUP, 1), (POSTS, 1), (OLDER, 1), (PICTURED, 1)],
    ids=["comments", "groups", "posts", "older", "pictured"],
)
def test_one_file_of_a_facebook_download_is_recognised(
    read: Read, document: Any, count: int, indent: int | None
) -> None:
    file = read("a.json", json.dumps(document, indent=indent))
    assert (file.file.format, len(file.texts)) == ("facebook_download", count)


@pytest.mark.parametrize(
    ("audience", "is_public"),
    [
        ({"privacy": "Public"}, True),
        ({"privacy": {"value": "EVERYONE"}}, True),
        ({"privacy": as_facebook_writes("Công khai")}, True),
        ({"privacy": "Friends"}, False),
        ({"privacy": as_facebook_writes("Bạn bè")}, False),
        ({"privacy": {"value": "ALL_FRIENDS"}}, False),
        ({"data": [{"post": "Tan ca", "privacy": "Only me"}]}, False),
    ],
)
def test_a_post_that_not_everybody_may_see_is_left_out_and_counted(
    read: Read, audience: dict[str, Any], *, is_public: bool
) -> None:
    file = read("a.json", json.dumps([post("Tan ca"), post("Tan ca") | audience], indent=1))
    assert (len(file.texts), file.reasons) == ((2, []) if is_public else (1, [NOT_PUBLIC]))


@pytest.mark.parametrize("indent", [None, 2])
def test_a_tiktok_download_gives_comments_and_public_videos(read: Read, tmp_path: Path, indent: int | None) -> None:
    document = read("user_data_tiktok.json", json.dumps(TIKTOK, indent=indent))
    archive = opened(zipped(tmp_path / "TikTok.zip", {"user_data_tiktok.json": TIKTOK, "Comments.txt": "x"}))
    for each in (document, archive):
        assert each.file.format == "tiktok_download"
        assert each.texts == ["Chưa nhận lương", "Tan ca", "Cho mọi người"]
        assert each.reasons == [NOT_PUBLIC]
        first, video, _ = each.posts
        assert (first.author, first.url, video.engagement) == ("tho.may.ao", None, {"likes": 3})
        assert each.times[0] == "2026-11-24T07:00:00+00:00"


def test_a_later_download_has_the_same_posts_under_the_same_identifiers(tmp_path: Path) -> None:
    again = {"comments_v2": [comment("Mới thêm"), *COMMENTS["comments_v2"]]}
    name = "comments_and_reactions/comments.json"
    first, second = (
        set(opened(zipped(tmp_path / f"{number}.zip", {name: each})).ids)
        for number, each in enumerate((COMMENTS, again))
    )
    assert first < second


def test_a_broken_file_of_an_archive_costs_only_itself(tmp_path: Path) -> None:
    broken = FACEBOOK_FILES | {"your_facebook_activity/comments_and_reactions/comments.json": '{"comments_v2": [{'}
    read = opened(zipped(tmp_path / "facebook.zip", broken))
    assert read.reasons == [BROKEN_MEMBER, NO_TEXT]
    assert read.texts == ["Ca đêm có suất ăn không?", "Ai biết chỗ trọ gần khu B?"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("comments.json", json.dumps(COMMENTS)[:-20].encode()),
        ("comments.json.gz", gzip.compress(json.dumps(COMMENTS).encode())[:-9]),
        ("comments.json", json.dumps(COMMENTS).encode("utf-16")[:-1]),
    ],
    ids=["cut", "gzip cut", "half a character"],
)
def test_a_file_that_was_cut_says_so(read: Read, name: str, content: bytes) -> None:
    file = read(name, content)
    assert (file.texts, file.reasons) in (([], [NOT_JSON]), ([], [BROKEN_DOCUMENT]))


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
    assert said in refusal_of(zipped(tmp_path / "a.zip", files))


def test_columns_of_a_download_cannot_be_mapped(write: Write) -> None:
    path = write("comments.json", json.dumps(COMMENTS, indent=1))
    with pytest.raises(ImportRefused, match="--map does not go with facebook_download"):
        open_file(path, mapping={"text": "a"})


def test_private_messages_are_refused(write: Write) -> None:
    message = {"sender_name": "An", "timestamp_ms": 1_795_503_600_000, "content": "Tan ca muộn"}
    path = write("message_1.json", json.dumps({"participants": [{"name": "An"}], "messages": [message]}))
    with pytest.raises(ImportRefused, match="private conversation"):
        open_file(path)


def test_only_the_files_of_posts_and_comments_are_named() -> None:
    assert members_of([*FACEBOOK_FILES, "posts/other_people's_posts_to_your_timeline.json"]) == (
        "facebook_download",
        [name for name in FACEBOOK_FILES if "messages" not in name and name.endswith(".json")],
    )
    assert members_of(["messages/inbox/comments.json"]) is None


KEYS = [
    "comments_v2", "group_posts_v2", "data", "comment", "post", "timestamp", "attachments", "author", "Comment",
    "Comments", "CommentsList", "date", "Video", "Videos", "VideoList", "Title",
]  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_any_json_is_no_download_or_gives_entries(document: Any) -> None:
    platform = platform_of_document(document)
    if platform is not None:
        assert all(isinstance(entry["text"], str | None) for entry in entries_of(document, platform))


@pytest.mark.parametrize(
    "document", [{"comments": [{"text": "a"}]}, {"comments": []}, {"posts": POSTS}, [{"timestamp": 1}], [], {}]
)
def test_lists_of_others_are_no_download(document: Any) -> None:
    assert platform_of_document(document) is None
