import pytest

from tests.clock import FakeClock
from tests.monitor.collectors.collecting import reading
from tests.monitor.collectors.xenforo_samples import MEALS, WAGES, post
from tests.platforms import XenForoSite

read = reading("xenforo", name="Diễn đàn", watch="post-{}".format)


@pytest.fixture
def site(clock: FakeClock) -> XenForoSite:
    return XenForoSite([post(number) for number in range(1, 6)], [WAGES, MEALS], clock, page_size=5)
