"""Channels say by themselves what they are, and refuse what cannot be sent, or would be sent in the clear."""

from pathlib import Path
from typing import Any

import pytest

from monitor.settings.channels import ChannelSettings, MailServer, mail_server
from monitor.settings.settings import Settings
from tests.examples import examples_of

EXAMPLES = examples_of(__file__)

OFFICE = {"mail_server": "smtp://mail.example.vn", "mail_sender": "Ban <ban@nampha.example.vn>"}


def channel(*to: str, what: tuple[str, ...] = ("reports",)) -> ChannelSettings:
    return ChannelSettings.model_validate({"name": "one", "what": what, "to": to})


@pytest.mark.parametrize(("to", "kind"), EXAMPLES["kinds"])
def test_where_it_leads_says_what_it_is(to: str, kind: str) -> None:
    assert (channel(to).kind, channel(to).target) == (kind, to)
    assert ChannelSettings.model_validate({"name": "one", "what": ["reports"], "to": to}) == channel(to)
    nowhere = channel(what=("alerts",))
    assert (nowhere.kind, nowhere.target) == ("apprise", ""), "which shows no address"


@pytest.mark.parametrize("address", EXAMPLES["in_the_clear"])
def test_a_webhook_in_the_clear_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="with https://"):
        channel(address)
    assert channel(address, what=("decisions",)).kind == "webhook", "numbers alone may go so inside the house"


@pytest.mark.parametrize(
    ("to", "what", "why"),
    [
        *(
            ((address,), ("reports",), "must be a web address")
            for address in ("https://", "https://example.vn:port/", "ftp://localhost/hook", "https://[x/")
        ),
        *(
            ((address,), ("reports",), "must be an address as someone@")
            for address in ("van-thu", "văn-thư@nampha.example.vn", "@nampha.example.vn", "van-thu@")
        ),
        (("/srv/a",), ("alerts",), "`alerts` cannot be sent by folder, but reports"),
        (("a@b.vn",), ("reports", "decisions"), "`decisions` cannot be sent by mail, but alerts, reports"),
        ((), ("reports",), "`reports` cannot be sent by apprise, but alerts"),
        (("/srv/a", "/srv/b"), ("reports",), "or one folder"),
        (("https://a.vn", "https://b.vn"), ("reports",), "or one web address"),
        (("a@b.vn\nBcc: c@d.vn",), ("reports",), "one line without control characters"),
        (("a\ufffe <a@b.vn>",), ("reports",), "one line without control characters"),
        ((), (), "at least 1 item"),
    ],
)
def test_what_a_channel_does_not_take_is_refused(to: tuple[str, ...], what: tuple[str, ...], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        channel(*to, what=what)


@pytest.mark.parametrize(
    ("address", "server"),
    [
        ("smtps://ban@x.vn@mail.example.vn", MailServer("mail.example.vn", 465, "tls", "ban@x.vn")),
        ("smtp://ban@mail.example.vn:2525", MailServer("mail.example.vn", 2525, "starttls", "ban")),
        ("smtp://mail.example.vn", MailServer("mail.example.vn", 587, "starttls", "")),
        ("smtp://localhost", MailServer("localhost", 25, "none", "")),
    ],
)
def test_mail_goes_in_the_clear_to_this_machine_alone(address: str, server: MailServer) -> None:
    assert mail_server(address) == server


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"mail_server": "mail.example.vn"}, "must be as smtp://"),
        ({"mail_server": "smtp://a:b@mail.example.vn"}, "secret `mail-server`"),
        ({"mail_server": ""}, "needs `mail_server` and `mail_sender`"),
        ({"mail_sender": ""}, "needs `mail_server` and `mail_sender`"),
        ({"mail_sender": "ban"}, "must be an address as"),
        ({"quiet_hours": "22-6"}, "must be as 22:00-06:00"),
        ({"channels": [channel("a@b.vn"), channel("/srv/a")]}, "two .* tables have one name"),
    ],
)
def test_settings_that_send_nothing_are_refused(changes: dict[str, Any], why: str, tmp_path: Path) -> None:
    values = {"home": tmp_path, "channels": [channel("a@b.vn")], **OFFICE}
    assert Settings(**values).channels[0].kind == "mail"
    with pytest.raises(ValueError, match=why):
        Settings(**(values | changes))
