"""The kinds of sources, as the feeds file says them: what is asked of which server, with what, and how often.

Secrets are not in it: it names where each one lies.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

Seconds = Annotated[float, Meta(gt=0, le=86_400)]
MONTH = "^[0-9]{4}-(0[1-9]|1[0-2])$"
Algorithm = Literal["RS512", "RS384", "ES384"]


class ApiKey(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="api-key"):
    """A key in a header of every request."""

    header: Annotated[str, Meta(pattern="^[A-Za-z0-9-]{1,60}$")] = "apikey"
    key_env: str = ""
    key_file: str = ""


class ClientSecret(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="client-credentials"
):
    """OAuth2 client credentials (RFC 6749 section 4.4)."""

    token_url: str
    client_id: str
    scope: str = ""
    client_secret_env: str = ""
    client_secret_file: str = ""


class SignedJwt(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="signed-jwt"):
    """A client that signs its request for a token: SMART Backend Services, NHS application-restricted. `key_*` is the
    private key in PEM; `audience` is the token URL where it is not said; `expiry` is in seconds.
    """

    token_url: str
    client_id: str
    kid: Annotated[str, Meta(min_length=1)]
    algorithm: Algorithm = "RS512"
    scope: str = ""
    audience: str = ""
    expiry: Annotated[int, Meta(ge=10, le=300)] = 240
    key_env: str = ""
    key_file: str = ""


Credentials = ApiKey | ClientSecret | SignedJwt


class Tls(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Mutual TLS: PEM files. `ca_file` holds the authorities to trust instead of the usual ones."""

    certificate_file: str = ""
    key_file: str = ""
    ca_file: str = ""


class Waiting(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`connect`, `read`: seconds until a silent server is given up; `attempts` for one answer; `budget`: seconds of
    waiting between them.
    """

    connect: Seconds = 10
    read: Seconds = 60
    attempts: Annotated[int, Meta(ge=1, le=100)] = 6
    budget: Seconds = 600


class Schedule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When the service pulls: `every` so many seconds, or at the times of `cron` (London's clock), or with neither only
    when a notification asks for it. After `failures` pulls in a row that failed the source is left alone for `rest`
    seconds.
    """

    every: Annotated[float, Meta(ge=10, le=31 * 86_400)] | None = None
    cron: str = ""
    failures: Annotated[int, Meta(ge=1, le=1_000)] = 5
    rest: Annotated[float, Meta(ge=1, le=31 * 86_400)] = 1_800


class Budget(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one pull may use up: `seconds`, and `requests` that it sends."""

    seconds: Annotated[float, Meta(gt=0, le=7 * 86_400)] = 8 * 3_600
    requests: Annotated[int, Meta(ge=1)] = 1_000_000


class Expected(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a feed is to bring for each month from `first` to `last` (`YYYY-MM`): word of it after its end, and by
    then `least` records since its beginning. It is due `days` days after the month's end; `given_up` days after that
    nobody waits for it any more.
    """

    first: Annotated[str, Meta(pattern=MONTH)]
    last: Annotated[str, Meta(pattern=MONTH)] | None = None
    days: Annotated[int, Meta(ge=0, le=366)] = 5
    given_up: Annotated[int, Meta(ge=0, le=3_660)] = 30
    least: Annotated[int, Meta(ge=0)] = 0


class _Feed(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    practice: str = ""
    gms_markers: bool = False
    expected: Expected | None = None


class Pushed(_Feed, frozen=True, kw_only=True, tag_field="kind", tag="pushed"):
    """Nothing is pulled: the source pushes, or somebody ingests its files."""


class _Pulled(_Feed, frozen=True, kw_only=True):
    schedule: Schedule | None = None
    budget: Budget = Budget()


class _Web(_Pulled, frozen=True, kw_only=True):
    """`since` is where the first pull begins; `hosts` are other servers of the source that may have its credentials."""

    url: str
    since: date | None = None
    hosts: tuple[str, ...] = ()
    credentials: Credentials | None = None
    tls: Tls = Tls()
    waiting: Waiting = Waiting()


class Search(_Web, frozen=True, kw_only=True, tag_field="kind", tag="search"):
    """FHIR search by `_lastUpdated`. `overlap` is how many seconds before the last cursor the next window begins;
    `window_days` cuts a long time into windows; `parameters` are added as `name=value`; `check_total` false passes
    over a `total` that is only estimated.
    """

    overlap: Annotated[float, Meta(ge=0, le=31 * 86_400)] = 300
    window_days: Annotated[int, Meta(ge=1, le=3_660)] | None = None
    parameters: tuple[str, ...] = ("_include=Immunization:patient",)
    check_total: bool = True


class Export(_Web, frozen=True, kw_only=True, tag_field="kind", tag="export"):
    """Bulk Data `$export` of the whole system, or of a `group`. `longest` is how many seconds one may take."""

    group: str = ""
    types: tuple[str, ...] = (
        "Immunization",
        "Patient",
        "Practitioner",
        "PractitionerRole",
        "Organization",
        "Location",
    )
    longest: Annotated[float, Meta(gt=0)] = 6 * 3_600


class Folder(_Pulled, frozen=True, kw_only=True, tag_field="kind", tag="folder"):
    """A folder that files are dropped into. `settle` is how many seconds one must have stood still to be taken."""

    path: str
    settle: Annotated[float, Meta(ge=0, le=86_400)] = 10


class Structured(_Web, frozen=True, kw_only=True, tag_field="kind", tag="structured"):
    """GP Connect Access Record Structured of the patients whose NHS numbers `patients_file` has, one a line. `headers`
    are sent with each request, such as `Ssp-From` and `Ssp-To`.
    """

    patients_file: str
    headers: dict[str, str] = {}
    include_not_given: bool = True
    include_status: bool = True


Pullable = Search | Export | Folder | Structured
Source = Pullable | Pushed
