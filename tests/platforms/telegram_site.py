"""A sample of Telegram's web preview: the pages of one channel, and single messages as other sites embed them."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from monitor.clock import Clock
from monitor.demo.sites.server import Site, SitePost

_PAGE_SIZE = 20
_THOUSAND = 1000
_UNSUPPORTED = (
    '<div class="message_media_not_supported_wrap"><div class="message_media_not_supported">'
    '<div class="message_media_not_supported_label">Please open Telegram to view this post</div></div></div>'
)
_VIDEO = '<a class="tgme_widget_message_video_player"><time class="message_video_duration">1:04</time></a>'


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramMessage(SitePost):
    """One message; its identifier is a number.

    `quote` is the text of the message that it answers; `album` are the numbers of further photos; `poll` are the
    answers to its text as a question; `markup`, when given, is served in the place of its text.
    """

    quote: str | None = None
    album: tuple[int, ...] = ()
    poll: tuple[str, ...] = ()
    markup: str | None = None
    service: bool = False
    unsupported: bool = False
    video: bool = False


class TelegramSite(Site):
    """The preview of one channel on loopback.

    Besides the switches of every site: `preview` off leads every page to the channel's own, as for channels that do not
    want one; `blank` leaves everything out of the pages.

    Args:
        messages: Its messages.
        clock: Its time.
        channel: Its name.
        page_size: How many messages a page holds.

    """

    def __init__(
        self, messages: Iterable[TelegramMessage], clock: Clock, *, channel: str, page_size: int = _PAGE_SIZE
    ) -> None:
        super().__init__(messages, clock, page_size=page_size)
        self.channel = channel
        self.preview = True
        self.blank = False
        self._router = Starlette(
            routes=[
                Route(f"/s/{channel}", self._page),
                Route(f"/{channel}", self._own),
                Route(f"/{channel}/{{number:int}}", self._single),
            ]
        )

    def _own(self, _request: Request) -> Response:
        return HTMLResponse('<html><body><div class="tgme_page_action">View in Telegram</div></body></html>')

    def _page(self, request: Request) -> Response:
        if not self.preview:
            return RedirectResponse(f"/{self.channel}", 302)
        if self.blank:
            return HTMLResponse('<html><body><section class="tgme_channel_history"></section></body></html>')
        messages = self._messages()
        before = int(request.query_params.get("before") or 0)
        shown = [message for message in messages if not before or int(message.id) < before][-self.page_size :]
        return HTMLResponse(self._html(shown, has_older=bool(shown) and shown[0] is not messages[0]))

    def _single(self, request: Request) -> Response:
        number = request.path_params["number"]
        found = next((message for message in self._messages() if int(message.id) == number), None)
        if found is None:
            return HTMLResponse('<html><body><div class="tgme_widget_message_error">Post not found</div></body></html>')
        return HTMLResponse(f"<html><body>{self._block(found)}</body></html>")

    def _messages(self) -> list[TelegramMessage]:
        found = [post for post in self.visible() if isinstance(post, TelegramMessage)]
        return sorted(found, key=lambda message: int(message.id))

    def _html(self, shown: list[TelegramMessage], *, has_older: bool) -> str:
        head = f'<link rel="prev" href="/s/{self.channel}?before={shown[0].id}">' if has_older else ""
        rows = "".join(self._block(message) for message in shown)
        empty = '<div class="tme_no_messages_found">No posts found</div>'
        history = f'<section class="tgme_channel_history js-message_history">{rows or empty}</section>'
        return f'<!DOCTYPE html><html><head><meta charset="utf-8">{head}</head><body>{history}</body></html>'

    def _block(self, message: TelegramMessage) -> str:
        place = f"{self.channel}/{message.id}"
        style = " service_message" if message.service else ""
        album = "".join(
            f'<a class="tgme_widget_message_photo_wrap" href="https://t.me/{self.channel}/{number}?single"></a>'
            for number in ((int(message.id), *message.album) if message.album else ())
        )
        # What is answered stands first, and in the classes of a text.
        quote = (
            f'<a class="tgme_widget_message_reply" href="https://t.me/{self.channel}/1">'
            f'<div class="tgme_widget_message_text js-message_reply_text">{escape(message.quote)}</div></a>'
            if message.quote
            else ""
        )
        media = (_UNSUPPORTED if message.unsupported else "") + (_VIDEO if message.video else "")
        return (
            f'<div class="tgme_widget_message_wrap js-widget_message_wrap"><div class="tgme_widget_message '
            f'text_not_supported_wrap{style} js-widget_message" data-post="{place}">'
            f'<div class="tgme_widget_message_bubble">{quote}{album}{media}{self._text(message)}'
            f"{self._footer(message)}</div></div></div>"
        )

    def _text(self, message: TelegramMessage) -> str:
        if message.poll:
            options = "".join(
                f'<div class="tgme_widget_message_poll_option_text">{escape(option)}</div>' for option in message.poll
            )
            return f'<div class="tgme_widget_message_poll_question">{escape(message.text)}</div>{options}'
        own = message.markup if message.markup is not None and not message.edited_at else None
        text = escape(message.text, quote=False).replace("\n", "<br/>") if own is None else own
        if not text:
            return ""
        body = f'<div class="tgme_widget_message_text js-message_text" dir="auto">{text}</div>'
        # The preview wraps the text under an album twice, in the same classes.
        return f'<div class="tgme_widget_message_text js-message_text">{body}</div>' if message.album else body

    def _footer(self, message: TelegramMessage) -> str:
        edited = "edited &nbsp;" if message.edited_at else ""
        views = message.engagement.get("views", 0)
        shown = f"{views / _THOUSAND:g}K" if views >= _THOUSAND else str(views)
        moment = message.published_at
        return (
            '<div class="tgme_widget_message_footer"><div class="tgme_widget_message_info">'
            f'<span class="tgme_widget_message_views">{shown}</span><span class="copyonly"> views</span>'
            f'<span class="tgme_widget_message_meta">{edited}<a class="tgme_widget_message_date" '
            f'href="https://t.me/{self.channel}/{message.id}"><time datetime="{moment:%Y-%m-%dT%H:%M:%S+00:00}" '
            f'class="time">{moment:%H:%M}</time></a></span></div></div>'
        )
