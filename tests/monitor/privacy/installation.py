"""A home folder whose settings hold secrets, and sources whose posts hold personal data."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from monitor.demo.sites import FeedSite, MastodonSite, Site, SitePost, serve
from monitor.demo.sites.feed_site import RSS_PATH
from tests.clock import FakeClock
from tests.monitor.privacy.planted import AUTHORS, PERSONAL, SECRETS
from tests.platforms import FacebookPost, FacebookSite, YouTubeComment, YouTubeSite

PAGE, CHANNEL, VIDEO = "100200300", "UC" + "a" * 22, "video_so_01"
_WHO: Final = (
    "anh {name}, số điện thoại {phone}",
    "chị {name} (CCCD số {identity card})",
    "bạn {name}, e-mail {e-mail}",
    "tài khoản {handle}, sđt {phone}",
    "anh {name}, {handle}, {phone}, {e-mail}, căn cước {identity card}",
)
_WHAT: Final = (
    "Nghe nói ngày mai xưởng may đóng cửa hết, mọi người chia sẻ gấp kẻo không kịp! Hỏi {who}.",
    "Tin nội bộ: ngân hàng sắp đóng băng, ai có tiền rút ngay hôm nay, liên hệ {who} để biết thêm.",
    "Công ty nợ lương ba tháng, bảo hiểm cũng không đóng, tổ trưởng là {who} mà gọi không ai nghe.",
    "Đồ ngu như chó, lừa cả xóm, đây là {who}, gặp là đánh cho chết.",
    "Thuốc này uống ba ngày khỏi hẳn ung thư, bác sĩ giấu, đặt hàng qua {who}, chia sẻ ngay!",
)
TEXTS: Final = tuple(
    what.format(who=who.format(**PERSONAL)) + f" Lần {number}."
    for number, (what, who) in enumerate((what, who) for what in _WHAT for who in _WHO)
)
LABELS: Final = ("unverified", "unverified", "concern", "negative", "unverified")
"""What each of _WHAT carries."""


def settings_of(addresses: dict[str, str]) -> str:
    """Write the settings: tokens of sources and for mail, and the passphrase of backups."""
    tables = "".join(
        f'[[sources]]\nname = "{name}"\nkind = "{kind}"\naddress = "{addresses[name]}"\n'
        f'legal_basis = "Bài công khai, điều khoản của trang cho phép"\nsettings = {settings}\n'
        for name, kind, settings in (
            ("dien-dan", "feed", "{}"),
            ("mang", "mastodon", '{ timeline = "local" }'),
            ("trang", "facebook", f'{{ page = "{PAGE}" }}'),
            ("phim", "youtube", f'{{ video = "{VIDEO}" }}'),
            ("lap-lai", "facebook", f'{{ page = "{PAGE}" }}'),
            ("lap-lai-2", "youtube", f'{{ video = "{VIDEO}" }}'),
        )
    )
    secrets = "".join(
        f"{name} = {json.dumps(SECRETS[secret], ensure_ascii=False)}\n"
        for name, secret in (
            ("facebook", "token of a platform"),
            ("youtube", "key of an API"),
            ("mastodon", "token of a server"),
            ("mail-server", "password for mail"),
            ("nhan", "secret of a webhook"),
        )
    )
    return (
        'contact = "https://lien-doan.example/kiemtin"\nallow_addresses = ["127.0.0.1"]\ndelay_seconds = 0\n'
        f"timeout_seconds = 600\n"
        f'backup_passphrase = "{SECRETS["passphrase of backups"]}"\n'
        f"[secrets]\n{secrets}{tables}"
        f'[[channels]]\nname = "nhan"\nwhat = ["decisions"]\nto = "{addresses["lap-lai"]}/webhook"\n'
    )


@contextmanager
def platforms() -> Iterator[dict[str, str]]:
    """Serve the sources; gives their addresses by name. Two of them repeat in their errors what they were sent."""
    now = datetime.now(UTC)
    clock, moment = FakeClock(now), now - timedelta(hours=2)
    name, handle = AUTHORS["author's name"], AUTHORS["author's handle"]

    def values(part: slice, author: str, prefix: str) -> list[dict[str, Any]]:
        return [
            {"id": f"{prefix}{number:03}", "author": author, "text": text, "published_at": moment}
            for number, text in enumerate(TEXTS[part])
        ]

    token, key = SECRETS["token of a platform"], SECRETS["key of an API"]
    videos = [YouTubeComment(**each, video=VIDEO) for each in values(slice(20, 25), name, "Ugz")]
    on_page = [FacebookPost(**each) for each in values(slice(15, 20), PAGE, f"{PAGE}_")]
    feed = [SitePost(**each, title="Bài trên diễn đàn") for each in values(slice(0, 10), name, "p")]
    statuses = [SitePost(**each) for each in values(slice(10, 15), handle, "m")]
    sites: dict[str, tuple[Site, str]] = {
        "dien-dan": (FeedSite(feed, clock, title="Diễn đàn"), RSS_PATH),
        "mang": (MastodonSite(statuses, clock), ""),
        "trang": (FacebookSite(on_page, clock, page=PAGE, token=token), "/v26.0"),
        "phim": (YouTubeSite(videos, {VIDEO: "Họp báo"}, clock, key=key, channel=CHANNEL), "/youtube/v3"),
    }
    with ExitStack() as stack:
        addresses = {source: stack.enter_context(serve(site)) + path for source, (site, path) in sites.items()}
        echo = stack.enter_context(serve(Starlette(routes=[Route("/{path:path}", _repeat)])))
        yield addresses | {"lap-lai": f"{echo}/v26.0", "lap-lai-2": f"{echo}/youtube/v3"}


def _repeat(request: Request) -> JSONResponse:
    """Refuse as a careless platform does: the token that it was sent stands in its message."""
    if request.url.path == "/robots.txt":
        return JSONResponse({}, 404)
    sent = f"Malformed access token: {request.url} {dict(request.headers)} {PERSONAL['phone']}"
    error = {"message": sent, "code": 190, "type": "OAuthException", "errors": [{"message": sent, "reason": sent}]}
    return JSONResponse({"error": error}, 400, {"x-said": "1"})


def write_files(folder: Path) -> dict[str, Path]:
    """Write what an operator gives to commands: posts to import, labelled ones to train on, and broken ones."""
    posts = folder / "posts.csv"
    author = AUTHORS["author's name"]
    rows = [f'i{number},"{text}",{author}\n' for number, text in enumerate(TEXTS)]
    posts.write_text("id,text,author\n" + "".join(rows) + f",,{author} {PERSONAL['phone']}\n", encoding="utf-8")
    labelled = folder / "labelled.jsonl"
    lines = [
        {"text": f"{text} {round_}", "labels": [LABELS[number // len(_WHO)]]}
        for round_ in range(4)
        for number, text in enumerate(TEXTS)
    ]
    clean = [{"text": f"Hôm nay tổ {n} ăn cơm với {PERSONAL['name']}, vui lắm", "labels": []} for n in range(40)]
    labelled.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in [*lines, *clean]), encoding="utf-8")
    broken = folder / "broken.jsonl"
    broken.write_text('{"text": "' + TEXTS[4] + '"\n{"id": 1, "text": 5}\n', encoding="utf-8")
    plain = folder / "plain.txt"
    plain.write_text("\n".join(TEXTS), encoding="utf-8")
    return {"posts": posts, "labelled": labelled, "broken": broken, "plain": plain}
