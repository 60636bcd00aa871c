import pytest

from tests.clock import FakeClock
from tests.monitor.collectors.collecting import reading
from tests.monitor.collectors.telegram_samples import PERMISSION, PREVIEW, message
from tests.platforms import TelegramSite

read = reading(
    "telegram", name="Kênh khu B", path=PREVIEW, always={"permission": PERMISSION}, watch="kenh_khu_b/{}".format
)


@pytest.fixture
def site(clock: FakeClock) -> TelegramSite:
    return TelegramSite([message(number) for number in range(1, 6)], clock, channel="kenh_khu_b")
