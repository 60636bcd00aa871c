"""One sound row of each platform, and the answers in which it stands, to be changed by tests."""

from typing import Any

from tests.monitor.collectors.youtube_samples import TITLE, VIDEO

DID = "did:plc:an"
PAGE_ID = "100200300"


def mastodon_row(number: int, **changes: Any) -> dict[str, Any]:
    account = {"acct": "an", "note": "<p>Thợ may</p>", "discoverable": True, "indexable": True, "noindex": False}
    values = {
        "id": str(number),
        "uri": f"https://a.example/users/an/statuses/{number}",
        "url": f"https://a.example/@an/{number}",
        "created_at": "2026-11-15T14:09:00.000Z",
        "edited_at": None,
        "in_reply_to_id": None,
        "visibility": "public",
        "language": "vi",
        "spoiler_text": "",
        "content": f"<p>Bài số {number}</p>",
        "replies_count": 1,
        "reblogs_count": 2,
        "favourites_count": 3,
        "reblog": None,
        "account": account,
    }
    return values | changes


def discourse_row(number: int, **changes: Any) -> dict[str, Any]:
    values = {
        "id": number,
        "topic_id": 12,
        "topic_slug": "luong",
        "topic_title": "Lương",
        "post_number": 1,
        "post_type": 1,
        "user_id": 7,
        "username": "an",
        "cooked": f"<p>Bài số {number}</p>",
        "created_at": "2026-11-15T14:09:00.000Z",
        "updated_at": "2026-11-15T14:09:00.000Z",
        "version": 2,
        "reply_count": 3,
        "reply_to_post_number": None,
        "hidden": False,
        "user_deleted": False,
        "deleted_at": None,
        "actions_summary": [{"id": 2, "count": 5}],
    }
    return values | changes


def bluesky_record(number: int = 1, **changes: Any) -> dict[str, Any]:
    facet = {
        "index": {"byteStart": 0, "byteEnd": 4},
        "features": [{"$type": "app.bsky.richtext.facet#link", "uri": "https://bao.example/tin"}],
    }
    card = {"uri": "https://bao.example", "title": "Tin", "description": "…"}
    values = {
        "$type": "app.bsky.feed.post",
        "text": f"Bài số {number}",
        "createdAt": "2026-11-15T14:09:00.000Z",
        "langs": ["vi"],
        "facets": [facet],
        "embed": {
            "$type": "app.bsky.embed.recordWithMedia",
            "media": {"$type": "app.bsky.embed.external", "external": card},
        },
        "labels": {"values": [{"val": "porn"}]},
        "reply": {"root": {"uri": "at://x", "cid": "y"}, "parent": {"uri": "at://x", "cid": "y"}},
    }
    return values | changes


def bluesky_row(number: int, **changes: Any) -> dict[str, Any]:
    view = {
        "uri": f"at://{DID}/app.bsky.feed.post/{number}",
        "author": {"did": DID, "handle": "an.example", "labels": []},
        "record": bluesky_record(number, facets=[], embed=None),
        "indexedAt": f"2026-11-15T14:{number:02d}:00.000Z",
        "replyCount": 1,
        "repostCount": 2,
        "likeCount": 3,
        "labels": [],
    }
    return {"post": view | changes}


def bluesky_page(*rows: Any, cursor: Any = None) -> dict[str, Any]:
    return {"feed": list(rows), "cursor": cursor}


def youtube_comment(number: int, **changes: Any) -> dict[str, Any]:
    snippet = {
        "textDisplay": f"Bình luận số {number}",
        "textOriginal": f"Bình luận số {number}",
        "authorDisplayName": "an",
        "authorChannelId": {"value": "UCan"},
        "likeCount": 3,
        "publishedAt": "2026-11-14T02:04:00Z",
        "updatedAt": "2026-11-14T02:04:00Z",
        "viewerRating": "none",
    }
    return {"kind": "youtube#comment", "id": f"Ugz{number}", "snippet": snippet | changes}


def youtube_thread(number: int, **changes: Any) -> dict[str, Any]:
    snippet = {"topLevelComment": youtube_comment(number), "totalReplyCount": 1, "isPublic": True, "videoId": VIDEO}
    return {"id": f"Ugz{number}", "snippet": snippet | changes, "replies": {"comments": [youtube_comment(number * 10)]}}


def youtube_list(*rows: Any) -> dict[str, Any]:
    return {"items": list(rows), "nextPageToken": None}


def video_row() -> dict[str, Any]:
    return {"id": VIDEO, "snippet": {"title": TITLE, "resourceId": {"videoId": VIDEO}}}


def facebook_row(number: int, **changes: Any) -> dict[str, Any]:
    values = {
        "id": f"{PAGE_ID}_{1000 + number}",
        "message": f"Thông báo số {number}",
        "story": "",
        "created_time": "2026-11-14T02:04:00+0000",
        "updated_time": "2026-11-14T02:04:00+0000",
        "permalink_url": f"https://www.facebook.com/{number}",
        "from": {"id": PAGE_ID},
        "is_published": True,
        "is_hidden": False,
        "is_private": False,
        "privacy": {"value": "EVERYONE"},
        "shares": {"count": 1},
        "comments": {"summary": {"total_count": 2}},
        "reactions": {"summary": {"total_count": 3}},
    }
    return values | changes


def facebook_list(*rows: Any, following: Any = None) -> dict[str, Any]:
    return {"data": list(rows), "paging": {"cursors": {}, "next": following}}


def threads_row(number: int, **changes: Any) -> dict[str, Any]:
    values = {
        "id": f"{1780 + number}",
        "text": f"Thông báo số {number}",
        "timestamp": "2026-11-14T02:04:00+0000",
        "permalink": f"https://www.threads.com/@cong_doan/post/{number}",
        "username": "cong_doan",
        "has_replies": False,
        "hide_status": "NOT_HUSHED",
    }
    return values | changes


def threads_list(*rows: Any, after: Any = None) -> dict[str, Any]:
    return {"data": list(rows), "paging": {"cursors": {"after": after}}}


def factcheck_page() -> dict[str, Any]:
    review = {
        "publisher": {"name": "Nhóm Soi Tin", "site": "soitin.example"},
        "url": "https://soitin.example/c1",
        "title": "Không có lệnh cấm",
        "reviewDate": "2026-11-14T02:04:00Z",
        "textualRating": "Sai",
        "languageCode": "vi",
    }
    return {
        "claims": [{"text": "Sắp cấm xe", "claimDate": "2026-11-13", "claimReview": [review]}],
        "nextPageToken": "2",
    }
