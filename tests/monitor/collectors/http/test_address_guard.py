"""Which addresses count as public, and how connections are made to them."""

import asyncio
from collections.abc import Iterable
from typing import Any

import httpcore
import pytest

from monitor.collectors.http.address_guard import AddressPolicy, GuardedBackend, is_public
from monitor.errors import AddressBlocked


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::5db8:d70e"])
def test_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "0.0.0.0",  # noqa: S104 - the very address that must not be opened
        "255.255.255.255",
        "224.0.0.1",
        "::1",
        "::",
        "fc00::1",
        "fe80::1%2",
        "ff02::1",
        "::ffff:192.168.1.1",
        "64:ff9b::a00:1",  # 10.0.0.1 by NAT64
        "2002:7f00:1::",  # 127.0.0.1 by 6to4
        "2001:0:7f00:1::",  # a Teredo server at 127.0.0.1
        "::127.0.0.1",  # IPv4-compatible
        "::8.8.8.8",
        "::ffff:0:127.0.0.1",  # IPv4-translated
        "64:ff9b:1::a00:1",  # 10.0.0.1 by NAT64 inside one network
        "fec0::1",
        "3fff::1",
        "5f00::1",
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
