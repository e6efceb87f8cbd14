"""Entries of a domain are looked up at a real name server (on loopback), held against what they ought to say."""

import socket
import threading
from collections.abc import Iterator

import dns.message
import dns.resolver
import dns.rrset
import pytest

from dashboard.words import domain
from mail import domain_records

WANTED = "v=spf1 include:spf.mtasv.net ~all"
DMARC = "v=DMARC1; p=none; rua=mailto:post@club.dk"
KEY = "v=DKIM1; k=rsa; p=MIGf"


@pytest.fixture
def entries(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, list[str]]]:
    """What a name server on loopback answers, by name; it knows nothing else."""
    known: dict[str, list[str]] = {}
    line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    line.bind(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            asked, who = line.recvfrom(4096)
            if asked == b"stop":
                return
            query = dns.message.from_wire(asked)
            name = query.question[0].name
            answer = dns.message.make_response(query)
            for text in known.get(str(name).rstrip("."), []):
                answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", f'"{text}"'))
            line.sendto(answer.to_wire(), who)

    def resolver() -> dns.resolver.Resolver:
        found = dns.resolver.Resolver(configure=False)
        found.nameservers, found.port = ["127.0.0.1"], line.getsockname()[1]
        return found

    monkeypatch.setattr(domain_records, "resolver", resolver)
    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield known
    line.sendto(b"stop", line.getsockname())
    thread.join(5)
    line.close()


def tones() -> list[str]:
    return [one.tone for one in domain.verdicts("club.dk", WANTED, "pm")]


def test_a_domain_that_says_all_of_it_is_good(entries: dict[str, list[str]]) -> None:
    entries |= {"club.dk": ["google-site", WANTED], "pm._domainkey.club.dk": [KEY], "_dmarc.club.dk": [DMARC]}
    assert tones() == ["ok", "ok", "ok"]


def test_what_is_missing_is_named(entries: dict[str, list[str]]) -> None:
    assert [one.said for one in domain.verdicts("club.dk", WANTED, "pm")] == [
        "It is missing.", "There is no key under “pm”.", "It is missing.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("spf", "said"),
    [
        ("v=spf1 mx ~all", "add “include:spf.mtasv.net”"),
        (f"{WANTED[:-4]}+all", "everybody"),
    ],
)
def test_an_entry_that_does_not_help_says_why(entries: dict[str, list[str]], spf: str, said: str) -> None:
    entries |= {"club.dk": [spf]}
    assert said in domain.verdicts("club.dk", WANTED, "")[0].said
    entries |= {"club.dk": [spf, WANTED]}
    assert "several" in domain.verdicts("club.dk", WANTED, "")[0].said


def test_a_name_server_that_does_not_answer_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolver() -> dns.resolver.Resolver:
        found = dns.resolver.Resolver(configure=False)
        found.nameservers, found.port = ["127.0.0.1"], 9
        return found

    monkeypatch.setattr(domain_records, "resolver", resolver)
    monkeypatch.setattr(domain_records, "PATIENCE", 0.2)
    assert tones() == ["warn", "warn", "warn"]
