"""Loopback addresses are recognized in every spelling, and no others."""

from __future__ import annotations

import pytest

from sourcewise.processes.loopback import is_loopback, origin_of


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:11434",
        "127.0.0.1:11434",
        "http://127.8.9.10",
        "http://localhost:11434",
        "http://LOCALHOST",
        "http://[::1]:11434",
        "http://[::ffff:127.0.0.1]:11434",
        "http://0.0.0.0:11434",
        "http://somebody@127.0.0.1",
        "http://evil.example@localhost",
    ],
)
def test_addresses_of_this_machine_are_loopback(address: str) -> None:
    assert is_loopback(address)


@pytest.mark.parametrize(
    "address",
    [
        "http://192.168.1.7:11434",
        "http://localhost.evil.example",
        "http://evil.localhost",
        "http://127.0.0.1.nip.io",
        "http://127.0.0.1@evil.example",
        "http://127.0.0.1:11434@evil.example:80",
        "http://localhost\\@evil.example",
        "http://evil.example/127.0.0.1",
        "http://evil.example#@127.0.0.1",
        "http://evil.example?@127.0.0.1",
        "evil.example//127.0.0.1",
        "http://[::ffff:8.8.8.8]",
        "http://[fe80::1]",
        "http://0x7f.1",
        "http://2130706433",
        "http://127.1",
        "http://0177.0.0.1",
        "http://127.0.0.1%2eevil.example",
        "http://\uff11\uff12\uff17.0.0.1",
        "unix:///var/run/ollama.sock",
        "http://[::1",
        "",
    ],
)
def test_other_and_unclear_addresses_are_not_loopback(address: str) -> None:
    assert not is_loopback(address)


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://ollama.com:443", "https://ollama.com"),
        ("https://ollama.com/api/chat?x=1", "https://ollama.com"),
        ("http://ada:secret@192.168.1.7:11434/x", "http://192.168.1.7:11434"),
        ("192.168.1.7:11434", "http://192.168.1.7:11434"),
        ("http://[fe80::1]:80", "http://[fe80::1]"),
        ("https://ollama.com:80", "https://ollama.com:80"),
        ("http://ollama.com:notaport", "http://ollama.com:notaport"),
        ("somewhere else", "http://somewhere else"),
    ],
)
def test_an_origin_has_no_password_and_no_usual_port(address: str, origin: str) -> None:
    assert origin_of(address) == origin
