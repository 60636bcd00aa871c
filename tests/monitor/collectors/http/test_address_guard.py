"""Which addresses count as public, and how connections are made to them."""

import asyncio
from collections.abc import Iterable
from ipaddress import ip_network
from typing import Any

import httpcore
import pytest

from monitor.collectors.http.address_guard import AddressPolicy, GuardedBackend, is_public
from monitor.errors import AddressBlocked

# IANA's special-purpose address registries as RFC 6890 set them up and later RFCs changed them: whether a network is
# globally reachable. Where the registry says "N/A" an IPv4 address inside decides, or nothing is reachable any more.
REGISTRY = {
    "0.0.0.0/8": False,
    "0.0.0.0/32": False,
    "10.0.0.0/8": False,
    "100.64.0.0/10": False,
    "127.0.0.0/8": False,
    "169.254.0.0/16": False,
    "172.16.0.0/12": False,
    "192.0.0.0/24": False,
    "192.0.0.0/29": False,
    "192.0.0.8/32": False,
    "192.0.0.9/32": True,
    "192.0.0.10/32": True,
    "192.0.0.170/31": False,
    "192.0.2.0/24": False,
    "192.31.196.0/24": True,
    "192.52.193.0/24": True,
    "192.88.99.0/24": False,
    "192.168.0.0/16": False,
    "192.175.48.0/24": True,
    "198.18.0.0/15": False,
    "198.51.100.0/24": False,
    "203.0.113.0/24": False,
    "240.0.0.0/4": False,
    "255.255.255.255/32": False,
    "::/128": False,
    "::1/128": False,
    "64:ff9b:1::/48": False,
    "100::/64": False,
    "100:0:0:1::/64": False,
    "2001:1::1/128": True,
    "2001:1::2/128": True,
    "2001:1::3/128": True,
    "2001:2::/48": False,
    "2001:3::/32": True,
    "2001:4:112::/48": True,
    "2001:10::/28": False,
    "2001:20::/28": True,
    "2001:30::/28": True,
    "2001:db8::/32": False,
    "2620:4f:8000::/48": True,
    "3fff::/20": False,
    "5f00::/16": False,
    "fc00::/7": False,
    "fe80::/10": False,
}
MULTICAST_AND_FORMER = {"224.0.0.0/4": False, "ff00::/8": False, "fec0::/10": False, "::ffff:0:0:0/96": False}


@pytest.mark.parametrize(("network", "reachable"), (REGISTRY | MULTICAST_AND_FORMER).items())
def test_registered_networks(network: str, reachable: bool) -> None:
    addresses = ip_network(network)
    for address in (addresses[0], addresses[-1]):
        narrower = [each for each in REGISTRY if address in ip_network(each) and ip_network(each) != addresses]
        if all(ip_network(each).prefixlen < addresses.prefixlen for each in narrower):
            assert is_public(str(address)) is reachable


@pytest.mark.parametrize(
    "address",
    [
        *("93.184.215.14", "1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255"),
        *("128.0.0.0", "172.15.255.255", "172.32.0.0", "191.255.255.255", "192.0.1.0", "192.0.3.0", "192.88.98.255"),
        *("192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "203.0.112.255", "203.0.114.0"),
        *("223.255.255.255", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "2001:200::1", "2001:db7:ffff::1", "2000::1"),
        "64:ff9b::5db8:d70e",
    ],
)
def test_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "::ffff:192.168.1.1",
        "::ffff:192.0.0.1",
        "64:ff9b::a00:1",  # 10.0.0.1 by NAT64
        "2002:7f00:1::",  # 127.0.0.1 by 6to4
        "2001:0:7f00:1::",  # a Teredo server at 127.0.0.1
        "::127.0.0.1",  # IPv4-compatible
        "::8.8.8.8",
        "::ffff:0:127.0.0.1",  # IPv4-translated
        "64:ff9b:1::a00:1",  # 10.0.0.1 by NAT64 inside one network
        "fe80::1%2",
        "4000::1",  # allocated to nobody
    ],
)
def test_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["169.254.169.254", "fe80::1", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe"])
def test_link_local_addresses_are_never_opened_nor_is_advised_to_allow_them(address: str) -> None:
    for policy in (AddressPolicy(), AddressPolicy(["a.example", "169.254.169.254"])):
        with pytest.raises(AddressBlocked, match="never opened") as caught:
            policy.check_addresses("a.example", 80, ["93.184.215.14", address])
        assert "allow_addresses" not in str(caught.value)


class Dialler(httpcore.AsyncNetworkBackend):
    """Notes where connections would go; nobody answers on the first address."""

    def __init__(self) -> None:
        self.dialled: list[str] = []

    async def connect_tcp(self, host: str, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        self.dialled.append(host)
        if len(self.dialled) == 1:
            raise httpcore.ConnectError("nobody there")
        return httpcore.AsyncMockStream([])


async def test_next_address_is_tried_when_one_does_not_answer() -> None:
    dialler = Dialler()
    backend = GuardedBackend(AddressPolicy(["localhost"]), dialler)
    with pytest.raises(httpcore.ConnectError, match="nobody there"):
        await backend.connect_tcp("93.184.215.14", 80)
    await backend.connect_tcp("93.184.215.15", 443)
    assert dialler.dialled == ["93.184.215.14", "93.184.215.15"]


async def test_name_is_looked_up_once_and_its_vetted_address_is_dialled(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that leads elsewhere when it is looked up again leads nowhere else here."""
    answers = iter([["93.184.215.14", "93.184.215.15"], ["127.0.0.1"]])

    async def look_up(_host: str, port: int, **_: Any) -> Any:
        return [(0, 0, 0, "", (address, port)) for address in next(answers)]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", look_up)
    dialler = Dialler()
    await GuardedBackend(AddressPolicy(), dialler).connect_tcp("bao.example", 443)
    assert dialler.dialled == ["93.184.215.14", "93.184.215.15"]


async def test_nothing_is_dialled_before_the_address_is_vetted() -> None:
    dialler = Dialler()
    backend = GuardedBackend(AddressPolicy(), dialler)
    with pytest.raises(AddressBlocked):
        await backend.connect_tcp("127.0.0.1", 80)
    with pytest.raises(AddressBlocked):
        await backend.connect_tcp("93.184.215.14", 22)
    with pytest.raises(AddressBlocked, match="local socket"):
        await backend.connect_unix_socket("/run/docker.sock")
    assert dialler.dialled == []


async def test_unknown_name() -> None:
    backend = GuardedBackend(AddressPolicy(), Dialler())
    with pytest.raises(httpcore.ConnectError, match="is not known"):
        await backend.connect_tcp("a..b", 80)


@pytest.mark.parametrize("allowed", [["::1"], ["[::1]"], ["[::1]:8080"], ["::1:8080"]])
def test_allowing_an_ipv6_address(allowed: Iterable[str]) -> None:
    AddressPolicy(allowed).check_url("http://[::1]:8080/")
