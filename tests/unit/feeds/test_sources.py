"""The file that says where feeds are pulled from: read whole, and each fault told by its key and without its value."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from adapter.errors import UnknownName, UnreadablePath, UsageError
from adapter.feeds import sources
from adapter.feeds.source_kinds import ApiKey, Export, Folder, Search, SignedJwt, Waiting
from adapter.feeds.sources import fingerprint, read_sources

WHOLE = """
[feeds.national]
kind = "search"
url = "https://api.example/fhir"
since = 2024-01-01
overlap = 60
parameters = ["_include=Immunization:patient", "status=completed"]
waiting = { attempts = 2 }

[feeds.national.credentials]
kind = "signed-jwt"
token_url = "https://api.example/oauth2/token"
client_id = "client"
kid = "one"
key_file = "/run/secrets/key.pem"

[feeds.mill]
kind = "export"
url = "http://127.0.0.1:8000/fhir"
group = "g1"
practice = "D83013"
gms_markers = true
credentials = { kind = "api-key", key_env = "MILL_KEY" }

[feeds.drop]
kind = "folder"
path = "/var/spool/drop"
"""


def test_a_whole_file() -> None:
    found = read_sources(WHOLE)
    assert list(found) == ["drop", "mill", "national"]
    assert found["drop"] == Folder(path="/var/spool/drop")
    mill, national = found["mill"], found["national"]
    assert isinstance(mill, Export)
    assert (mill.practice, mill.gms_markers, mill.credentials) == ("D83013", True, ApiKey(key_env="MILL_KEY"))
    assert isinstance(national, Search)
    assert (national.since, national.waiting) == (date(2024, 1, 1), Waiting(attempts=2))
    assert isinstance(national.credentials, SignedJwt)
    assert national.credentials.algorithm == "RS512"


SEARCH = '[feeds.a]\nkind = "search"\nurl = "https://h/"\n'
LIST = "[feeds.a]\nkind = 'structured'\nurl = 'https://h/'\npatients_file = 'list'\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[feeds.a", "no TOML"),
        ("a = 'x'\nb = hush", r"no TOML \(line 2\)"),
        ("[feeds]\na = 5", "^feeds.a: must be `object`"),
        ("[hush]", r"\[feeds.NAME\]"),
        ("feeds = 3", r"\[feeds.NAME\]"),
        ("[feeds.a]", "^feeds.a.kind: is missing"),
        ("[feeds.a]\nkind = 'hush'", "^feeds.a.kind: is none"),
        ("[feeds.a]\nkind = 'search'", "^feeds.a.url: is missing"),
        ("[feeds.a]\nkind = 'search'\nurl = 'hush'", "^feeds.a.url: is no web address"),
        ("[feeds.a]\nkind = 'search'\nurl = 'https://me:hush@h/'", "^feeds.a.url: is no web address"),
        (SEARCH + "hash = 1", "^feeds.a.hash: is no key"),
        (SEARCH + "overlap = -1", "^feeds.a.overlap: must be `float` >= 0"),
        (SEARCH + "since = 'hush'", "^feeds.a.since: is none"),
        (SEARCH + "since = 9999-01-01", "^feeds.a.since: lies in the future"),
        (SEARCH + "parameters = ['a=1', 5]", r"^feeds.a.parameters\[1\]: must be `str`"),
        (SEARCH + "parameters = ['hush']", "^feeds.a.parameters: each is name=value"),
        (SEARCH + "parameters = ['_lastUpdated=hush']", "^feeds.a.parameters: .* none is _lastUpdated"),
        (SEARCH + "tls = { key_file = 'hush' }", "^feeds.a.tls: certificate_file and key_file"),
        (SEARCH + "credentials = { kind = 'api-key' }", "^feeds.a.credentials: name the variable"),
        (SEARCH + "credentials = { kind = 'api-key', key = 'hush' }", "^feeds.a.credentials.key: is no key"),
        (
            SEARCH + "credentials = { kind = 'api-key', key_env = 'A', header = 'hush hush' }",
            "^feeds.a.credentials.header: is none of what",
        ),
        (
            "[feeds.a]\nkind = 'search'\nurl = 'http://h/'\ncredentials = { kind = 'api-key', key_env = 'hush' }",
            "^feeds.a.url: credentials and patients go over https only",
        ),
        (
            SEARCH + "credentials = { kind = 'client-credentials', token_url = 'http://h/', client_id = 'a' }",
            "^feeds.a.credentials.token_url: credentials and patients go over https only",
        ),
        (
            SEARCH + "credentials = { kind = 'signed-jwt', token_url = 'https://h/', client_id = 'a', kid = 'b', "
            "algorithm = 'hush', key_env = 'C' }",
            "^feeds.a.credentials.algorithm: is none",
        ),
        (SEARCH + "schedule = { every = 5 }", "^feeds.a.schedule.every: "),
        (SEARCH + "schedule = { every = 60, cron = '* * * * *' }", "^feeds.a.schedule: every and cron exclude"),
        (SEARCH + "schedule = { cron = 'hush' }", "^feeds.a.schedule.cron: must be five fields"),
        (SEARCH + "budget = { requests = 0 }", "^feeds.a.budget.requests: must be `int` >= 1"),
        (SEARCH + "expected = { first = '2024-13' }", "^feeds.a.expected.first: "),
        (SEARCH + "expected = { first = '2024-09', last = '2024-08' }", "^feeds.a.expected: last lies before first"),
        ("[feeds.a]\nkind = 'pushed'\nschedule = {}", "^feeds.a.schedule: is no key"),
        (LIST.replace("https", "http"), "^feeds.a.url: credentials and patients go over https only"),
        (LIST + "headers = { Authorization = 'hush' }", "^feeds.a.headers: secrets go into"),
        (LIST + "headers = { Ssp-From = 'hushé' }", "^feeds.a.headers: each is a name"),
    ],
    ids=lambda text: text[-40:] if "\n" in text or "[" in text else None,
)
def test_a_fault_is_told_by_its_key(text: str, says: str) -> None:
    with pytest.raises(UsageError, match=says) as raised:
        read_sources(text)
    assert "hush" not in str(raised.value)
    assert "\n" not in str(raised.value)


def test_no_file_and_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert sources.sources_of(None) == {}
    with pytest.raises(UnreadablePath):
        sources.sources_of(tmp_path / "nothing")
    with pytest.raises(UnknownName):
        sources.source_of({}, "a")


def test_a_cursor_belongs_to_what_was_asked_and_not_to_how() -> None:
    one = Search(url="https://h/fhir")
    assert fingerprint(one) == fingerprint(Search(url="https://h/fhir/", overlap=5, practice="D83013"))
    others = [Search(url="https://h/other"), Search(url="https://h/fhir", parameters=("a=1",))]
    others += [Export(url="https://h/fhir"), Export(url="https://h/fhir", group="g"), Folder(path="/f")]
    assert len({fingerprint(each) for each in [one, *others]}) == 6
