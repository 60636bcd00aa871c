"""What mail, webhook and Apprise send, and how they answer to what the other side says."""

import asyncio
import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from monitor.catalogues import language_of_screens
from monitor.errors import NotReady
from monitor.outbox.alert_wording import alert_line
from monitor.outbox.outbox import is_quiet
from monitor.outbox.webhook import signing_secret
from monitor.settings.channels import ChannelSettings
from tests.monitor.outbox.conftest import FACTS, FILES, SECRET, World

# One of Apprise's parts imports `imghdr`, which Python 3.13 has no more.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


def use_apprise(world: World, address: str) -> None:
    secrets = {"ban": SecretStr(address)} if address else {}
    world.set(channels=(ChannelSettings(name="ban", what=("alerts",)),), secrets=secrets)


def test_the_list_of_masks_stays_in_the_office(world: World) -> None:
    world.put_report()
    world.send()
    mail, (key, body) = world.read_mail(), world.hook.posted[0]
    assert [part.get_filename() for part in mail.iter_attachments()] == list(FILES[:2])
    assert [file["name"] for file in body["data"]["files"]] == list(FILES[:2])
    assert base64.b64decode(body["data"]["files"][0]["content"]).decode() == FILES[0]
    assert (key, body["data"]["period"]) == ("msg_hook_report_1", "2026-W47")
    assert mail["From"] == "Ban Tuyên giáo <ban@nampha.example.vn>", "a name may stand before an address"
    made_at = int(world.clock.now().timestamp())
    assert mail["Message-ID"] == f"<msg_mail_report_1.{made_at}@nampha.example.vn>"


def test_an_alert_is_a_line_with_a_link(world: World) -> None:
    world.put_alert()
    world.send()
    text = world.read_mail().get_body(("plain",)).get_content()  # type: ignore[union-attr]
    line = alert_line("cluster", FACTS, language_of_screens("vi"))
    assert " ".join(text.split()) == f"{line} https://kiemtin.example.vn/search?cluster=12"
    data = world.hook.posted[0][1]["data"]
    assert {**FACTS, "alert_id": 1, "kind": "cluster", "raised_at": "2026-11-16T02:00:00+00:00"}.items() <= data.items()


@pytest.mark.parametrize("word", ["MAIL", "RCPT", "DATA", "."])
def test_what_a_mail_server_refuses_for_good_is_not_tried_again(word: str, world: World) -> None:
    world.mails.replies[word] = "550 no such mailbox"
    world.put_report()
    assert ("report", "mail", "failed") in world.send()


def test_a_mail_server_that_forwards_has_taken_the_address(world: World) -> None:
    world.mails.replies["RCPT"] = "251 user not local; will forward"  # RFC 5321, 4.2.3
    world.put_report()
    assert ("report", "mail", "sent") in world.send()


@pytest.mark.parametrize("status", [503, 429, 404, 301])
def test_a_webhook_that_answers_anything_but_success_is_asked_again(status: int, world: World) -> None:
    world.hook.status = status
    world.put_report()
    assert ("report", "hook", "waiting") in world.send()


def test_what_is_posted_is_signed_as_standard_webhooks_has_it(world: World) -> None:
    world.put_decision()
    world.send()
    headers, body = world.hook.headers[0], world.hook.bodies[0]
    assert headers["idempotency-key"] == headers["webhook-id"] == "msg_hook_decision_1"
    assert int(headers["webhook-timestamp"]) == int(world.clock.now().timestamp())
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(SECRET.encode(), content, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"


def test_an_address_in_vietnamese_letters_is_asked_in_ascii(world: World) -> None:
    address = f"http://{world.hook.place}/quyết định?nơi=Mường Tè"
    world.set(channels=(ChannelSettings(name="hook", what=("decisions",), to=(address,)),))
    world.put_decision()
    world.send()
    assert world.hook.paths == ["/quy%E1%BA%BFt%20%C4%91%E1%BB%8Bnh?n%C6%A1i=M%C6%B0%E1%BB%9Dng%20T%C3%A8"]


def test_apprise_sends_alerts_and_one_that_was_refused_again(world: World) -> None:
    sender = "from=kiemtin@example.vn&to=ban@example.vn"
    use_apprise(world, f"mailto://127.0.0.1:{world.mails.port}?{sender}&mode=insecure")
    world.put_alert()
    world.mails.replies["MAIL"] = "451 try later"
    assert world.send() == [("alert", "ban", "waiting")]
    world.mails.replies.clear()
    world.clock.advance(timedelta(minutes=1))
    assert world.send() == [("alert", "ban", "sent")]
    assert (world.read_mail()["subject"], world.read_mail()["to"]) == ("Cảnh báo của KiểmTin", "ban@example.vn")
    assert world.send() == []


@pytest.mark.parametrize("address", ["", "no-such-service://x", "mailto:"])
def test_a_channel_without_a_right_secret_names_itself(world: World, address: str) -> None:
    use_apprise(world, address)
    with pytest.raises(NotReady, match="the secret ban is no Apprise address"):
        asyncio.run(world.outbox.check())


@pytest.mark.parametrize(
    "address",
    [
        "json://127.0.0.1:9/x",
        "gotify://10.0.0.1/token",
        "https://169.254.169.254/latest",
        "syslog://",
        "tgram://123456789:abcdefghijklmnopqrstuvwxyz012345678/1/, jsons://192.0.0.9/x",
    ],
    ids=["a host of the house", "a server of one's own", "a web address", "this machine", "two in one"],
)
def test_a_channel_leads_to_services_by_name_and_never_into_the_house(world: World, address: str) -> None:
    use_apprise(world, address)
    with pytest.raises(
        NotReady, match=r"the secret ban (leads to another service than discord|is no Apprise)"
    ) as error:
        asyncio.run(world.outbox.check())
    assert address not in str(error.value)


def test_a_service_with_a_host_of_its_own_is_taken(world: World) -> None:
    use_apprise(world, "tgram://123456789:abcdefghijklmnopqrstuvwxyz012345678/12345/")
    asyncio.run(world.outbox.check())


def test_a_secret_may_be_given_in_base64() -> None:
    secret = bytes(range(24))
    assert signing_secret("hook", "whsec_" + base64.b64encode(secret).decode()) == secret
    assert signing_secret("hook", "whsec_? and more than that") == b"whsec_? and more than that"
    with pytest.raises(NotReady, match="the webhook hook needs a secret of at least 24 bytes"):
        signing_secret("hook", "short")


@pytest.mark.parametrize(
    ("hours", "local", "quiet"),
    [
        ("22:00-06:00", "2026-11-16T21:59", False),
        ("22:00-06:00", "2026-11-16T22:00", True),
        ("22:00-06:00", "2026-11-17T05:59", True),
        ("22:00-06:00", "2026-11-17T06:00", False),
        ("12:00-13:30", "2026-11-16T13:00", True),
        ("12:00-13:30", "2026-11-16T14:00", False),
        ("", "2026-11-16T23:00", False),
    ],
)
def test_quiet_hours_are_those_of_viet_nam(hours: str, local: str, quiet: bool) -> None:
    assert is_quiet(hours, datetime.fromisoformat(local).replace(tzinfo=UTC) - timedelta(hours=7)) == quiet
