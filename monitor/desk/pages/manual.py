"""The manual: Markdown pages beside the desk, in Vietnamese, and which of them explains which screen."""

from pathlib import Path
from typing import Final

from fastapi import APIRouter, HTTPException, Request
from markdown_it import MarkdownIt
from markupsafe import Markup
from starlette.responses import RedirectResponse, Response

from monitor.desk.web.desk import render

router = APIRouter()

MANUAL_DIR: Final = Path(__file__).parent.parent / "manual"
PAGES: Final = {
    "bat-dau": "Bắt đầu",
    "nguon-tin": "Nguồn tin",
    "mot-ngay": "Một ngày làm việc",
    "viec-cua-cong-doan": "Việc của công đoàn",
    "dinh-chinh": "Đính chính",
    "bao-cao": "Báo cáo",
    "day-may": "Dạy máy",
    "rieng-tu": "Riêng tư và pháp luật",
    "van-hanh": "Vận hành",
    "hoi-dap": "Hỏi và đáp",
}
# By the first part of a screen's path; `mot-ngay` explains all others.
_EXPLAINS: Final = {
    "login": "bat-dau",
    "join": "bat-dau",
    "start": "bat-dau",
    "account": "bat-dau",
    "users": "bat-dau",
    "sources": "nguon-tin",
    "matters": "viec-cua-cong-doan",
    "corrections": "dinh-chinh",
    "reports": "bao-cao",
    "teach": "day-may",
    "overview": "hoi-dap",
    "alerts": "van-hanh",
    "backup": "van-hanh",
}


@router.get("/manual")
def show_for(about: str = "/") -> Response:
    """Lead to the page that explains a screen; `about` is the screen's path."""
    first = about.lstrip("/").split("/")[0]
    return RedirectResponse(f"/manual/{_EXPLAINS.get(first, 'mot-ngay')}", 303)


@router.get("/manual/{name}")
def show(request: Request, name: str) -> Response:
    """Show a page of the manual; it says nothing of what is stored, so that it needs no account.

    Raises:
        HTTPException: 404: there is no such page.

    """
    if name not in PAGES:
        raise HTTPException(404)
    text = (MANUAL_DIR / f"{name}.md").read_text(encoding="utf-8")
    content = MarkdownIt("js-default").render(text)  # HTML in a page is shown as text
    return render(request, "manual.html", {"pages": PAGES, "name": name, "content": Markup(content)})  # noqa: S704  ours
