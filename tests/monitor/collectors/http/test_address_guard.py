"""Which addresses count as public, and how connections are made to them."""

import asyncio
from collections.abc import Iterable
from ipaddress import ip_network
from typing import Any

import httpcore
import pytest

from monitor.collectors.http.address_guard import AddressPolicy, GuardedBackend, is_public
from monitor.errors import AddressBlocked
from tests.examples import examples_of

EXAMPLES = examples_of(__file__)

REGISTRY = EXAMPLES["registry"]  # of networks by IANA, and whether each is globally reachable
MULTICAST_AND_FORMER = {"224.0.0.0/4": False, "ff00::/8": False, "fec0::/10": False, "::ffff:0:0:0/96": False}


@pytest.mark.parametrize(("network", "reachable"), (REGISTRY | MULTICAST_AND_FORMER).items())
def test_registered_networks(network: str, reachable: bool) -> None:
    addresses = ip_network(network)
    for address in (addresses[0], addresses[-1]):
        narrower = [each for each in REGISTRY if address in ip_network(each) and ip_network(each) != addresses]
        if all(ip_network(each).prefixlen < addresses.prefixlen for each in narrower):
            assert is_public(str(address)) is reachable


@pytest.mark.parametrize("address", EXAMPLES["public"])
def test_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", EXAMPLES["not_public"])
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
