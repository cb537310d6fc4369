"""Which names and texts count as secrets. The tokens are generated, so that this file contains none."""

from __future__ import annotations

import base64
import random
import string
import time

import pytest

from sourcewise.mining.secret_patterns import find_secret, secret_name

BASE62 = string.ascii_letters + string.digits
DICE = random.Random(11)


def drawn(length: int, alphabet: str = BASE62) -> str:
    return "".join(DICE.choices(alphabet, k=length))


def pem(kind: str = "RSA ", header: str = "", line_end: str = "\n") -> str:
    body = base64.b64encode(DICE.randbytes(300)).decode()
    lines = [f"-----BEGIN {kind}PRIVATE" + " KEY-----", *([header, ""] if header else [])]
    return line_end.join(
        [*lines, *(body[i : i + 64] for i in range(0, len(body), 64)), f"-----END {kind}PRIVATE KEY-----"]
    )


@pytest.mark.parametrize(
    "path",
    [
        ".env",
        "app/.env.production",
        "id_rsa",
        "home/.ssh/id_ed25519",
        "Server.PEM",
        "a.p12",
        "a.pfx",
        "tls.key",
        ".netrc",
        ".pgpass",
        "credentials.json",
        ".aws/credentials",
        "x/.aws/credentials",
        ".git-credentials",
        "vault.kdbx",
    ],
)
def test_files_with_secrets_are_recognized_by_name(path: str) -> None:
    assert secret_name(path)


@pytest.mark.parametrize(
    "path",
    [
        ".env.example",
        ".env.sample",
        ".env.template",
        "id_rsa.pub",
        "environment.py",
        "keys.py",
        "credentials.py",
        "a.key.ts",
        "aws/credentials.md",
        "app.env.ts",
    ],
)
def test_other_names_are_no_secrets(path: str) -> None:
    assert secret_name(path) == ""


@pytest.mark.parametrize(
    ("secret", "kind"),
    [
        (pem(), "private key"),
        (pem("", line_end="\\n"), "private key"),
        (pem("EC ", "DEK-Info: AES-128-CBC,0123"), "private key"),
        ("AKIA" + drawn(16, string.ascii_uppercase + "234567"), "AWS access key"),
        ("ghp_" + drawn(36), "GitHub token"),
        ("github_pat_" + drawn(22) + "_" + drawn(59), "GitHub token"),
        ("glpat-" + drawn(20), "GitLab token"),
        (f"xoxb-{drawn(12, string.digits)}-{drawn(12, string.digits)}-{drawn(24)}", "Slack token"),
        ("AIza" + drawn(35), "Google API key"),
        ("sk_live_" + drawn(24), "Stripe key"),
        ("sk-" + drawn(48), "model provider key"),
        ("sk-ant-api03-" + drawn(90, BASE62 + "-_"), "model provider key"),
        ("sk-proj-" + drawn(80, BASE62 + "-_"), "model provider key"),
        ("//registry.example/:_authToken=" + drawn(36), "npm token"),
        ("hf_" + drawn(34), "Hugging Face token"),
    ],
)
@pytest.mark.parametrize("before", ["", 'key = "', "x\\n", "https://u:"])
def test_a_secret_is_found_and_its_line_reported(secret: str, kind: str, before: str) -> None:
    assert find_secret(f"first\nsecond\n{before}{secret}\n") == f"{kind} in line 3"


@pytest.mark.parametrize(
    "text",
    [
        "AKIAIOSFODNN7EXAMPLE",
        "AKIA" + "X" * 16,
        "ghp_" + "x" * 36,
        "ghp_" + "abcdefghijklmnopqrstuvwxyz0123456789",
        'r"ghp_[A-Za-z0-9]{36}|AKIA[A-Z0-9]{16}|-----BEGIN [A-Z ]*PRIVATE KEY-----"',
        "-----BEGIN RSA PRIVATE KEY-----\n...\n-----END RSA PRIVATE KEY-----",
        "risk-" + drawn(40),
        "class='sk-text-repr-fallback sk-container-of-many-things-in-a-page'",
        "//registry/:_authToken=${NPM_TOKEN_OF_THE_ORGANISATION}",
        "sk_test_" + drawn(24),
        "WASIA" + drawn(16, string.ascii_uppercase),
    ],
)
def test_placeholders_patterns_and_words_are_no_secrets(text: str) -> None:
    assert find_secret(text) == ""


def test_a_placeholder_does_not_hide_a_secret_behind_it() -> None:
    assert find_secret(f"AKIAIOSFODNN7EXAMPLE\nAKIA{drawn(16, string.ascii_uppercase)}\n") == "AWS access key in line 2"


@pytest.mark.parametrize(
    "unit", ["sk-", "-----BEGIN PRIVATE KEY-----\n", "AKIA", "xoxb-1-", "x", "-----BEGIN PRIVATE KEY-----\nAa: b\n"]
)
def test_a_megabyte_of_near_misses_is_searched_quickly(unit: str) -> None:
    text = (unit * (1_000_000 // len(unit)))[:1_000_000]
    started = time.process_time()
    find_secret(text)
    assert time.process_time() - started < 2
