"""A FHIR R4 terminology server as an optional source: what it knows of a code, asked by a person, never by a run.

Each answer is a value. What could not be found out (nobody answers, the token is refused, garbage comes back) is
`unknown` with the reason, not an exception and never a no.

Source: FHIR R4 terminology service, operations $lookup, $validate-code, $translate, $expand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, Literal

import httpx
import msgspec
from msgspec import Struct

from adapter.feeds.client_credentials import ClientCredentials, TokenRefused
from adapter.feeds.patience import Again, Patience

State = Literal["yes", "no", "unknown"]
_PAGE = 1_000
_MOST_PAGES = 500
_NO_SUCH_CODE = frozenset({"not-found", "code-invalid"})


class LookUp(Struct, frozen=True):
    """Whether the server has the code: `no` also where it has not its system. `inactive` None: it does not say."""

    state: State
    display: str = ""
    inactive: bool | None = None
    why: str = ""


class Validation(Struct, frozen=True):
    """Whether the code is in the value set, or in its system where none was named."""

    state: State
    display: str = ""
    why: str = ""


class Match(Struct, frozen=True, order=True):
    """A code that another one is translated into; `equivalence` as the server says it, "" where it does not."""

    system: str
    code: str
    equivalence: str = ""


class Translation(Struct, frozen=True):
    """`matches` are sorted; those that the server calls unmatched or disjoint are no matches."""

    state: State
    matches: tuple[Match, ...] = ()
    why: str = ""


class Member(Struct, frozen=True, order=True):
    """A code of a value set."""

    system: str
    code: str
    inactive: bool = False


class Expansion(Struct, frozen=True):
    """Every code of a value set, sorted; the whole set or, where `state` is not `yes`, none of it."""

    state: State
    members: tuple[Member, ...] = ()
    why: str = ""


class _Unknown(Exception):
    """There is no answer to this question; the text is the end of a sentence about the server."""


class _NoSuchCode(Exception):
    """The server has not what was asked for."""


class TerminologyServer:
    """One server at `base_url`, the address below which the resources lie."""

    def __init__(
        self,
        base_url: str,
        credentials: ClientCredentials | None = None,
        *,
        client: httpx.Client,
        patience: Patience | None = None,
    ) -> None:
        url = httpx.URL(base_url)
        self._base = url.copy_with(path=url.path.rstrip("/") + "/", query=None, fragment=None)
        self._credentials = credentials
        self._client = client
        self._patience = patience or Patience()

    @property
    def name(self) -> str:
        """The address without anything that may be secret in it."""
        return str(self._base.copy_with(username=None, password=None))

    def look_up(self, system: str, code: str) -> LookUp:
        """`$lookup`: what the server knows of a code."""
        try:
            said = self._parameters(
                "CodeSystem/$lookup", [("system", system), ("code", code), ("property", "inactive")]
            )
        except _NoSuchCode:
            return LookUp("no")
        except _Unknown as error:
            return LookUp("unknown", why=str(error))
        properties = dict(filter(None, map(_property, _named(said, "property"))))
        return LookUp("yes", _text(_first(said, "display")), _truth(properties.get("inactive")))

    def validate(self, system: str, code: str, value_set: str = "") -> Validation:
        """`$validate-code`: whether the value set, or the system, has the code."""
        try:
            if value_set:
                asked = [("url", value_set), ("system", system), ("code", code)]
                said = self._parameters("ValueSet/$validate-code", asked)
            else:
                said = self._parameters("CodeSystem/$validate-code", [("url", system), ("code", code)])
        except (_NoSuchCode, _Unknown) as error:
            # a value set that the server has not got says nothing about its codes
            return Validation("unknown", why=str(error) or "has no such value set or code system")
        result = _truth(_value(_first(said, "result")))
        if result is None:
            return Validation("unknown", why="answered without a result")
        return Validation("yes" if result else "no", _text(_first(said, "display")))

    def translate(self, system: str, code: str, *, concept_map: str = "", target: str = "") -> Translation:
        """`$translate`: by a concept map, or into a target system."""
        asked = [("system", system), ("code", code)]
        asked += [("url", concept_map)] if concept_map else []
        asked += [("targetsystem", target)] if target else []
        try:
            said = self._parameters("ConceptMap/$translate", asked)
        except (_NoSuchCode, _Unknown) as error:
            return Translation("unknown", why=str(error) or "has no such concept map")
        result = _truth(_value(_first(said, "result")))
        if result is None:
            return Translation("unknown", why="answered without a result")
        matches = {match for each in _named(said, "match") if (match := _match(each)) is not None}
        if result and not matches:
            return Translation("unknown", why="answered with a match that cannot be read")
        return Translation("yes" if result else "no", tuple(sorted(matches)) if result else ())

    def expand(self, value_set: str) -> Expansion:
        """`$expand`, page by page. A page that does not come makes the whole unknown."""
        members: set[Member] = set()
        entries = 0
        try:
            for _ in range(_MOST_PAGES):
                page = [("count", str(_PAGE)), ("offset", str(entries))]
                resource = self._resource("ValueSet/$expand", [("url", value_set), *page], "ValueSet")
                found, total = _expansion(resource)
                members.update(member for each in found for member in _members(each))
                entries += len(found)
                if total is None or entries >= total:
                    return Expansion("yes", tuple(sorted(members)))
                if not found:
                    return Expansion("unknown", why="left off before the end")
        except (_NoSuchCode, _Unknown) as error:
            return Expansion("unknown", why=str(error) or "has no such value set")
        return Expansion("unknown", why="does not come to an end")

    def _parameters(self, path: str, query: list[tuple[str, str]]) -> list[dict[str, Any]]:
        found = self._resource(path, query, "Parameters").get("parameter", [])
        if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
            raise _Unknown("answered with something that is no Parameters")
        return found

    def _resource(self, path: str, query: list[tuple[str, str]], kind: str) -> dict[str, Any]:
        url = self._base.join(path).copy_with(params=httpx.QueryParams(tuple(query)))
        try:
            answer = self._patience.until_answered(lambda: self._once(url))
            if answer.status_code == HTTPStatus.UNAUTHORIZED and self._credentials:
                self._credentials.forget()
                answer = self._patience.until_answered(lambda: self._once(url))
        except (Again, TokenRefused) as error:
            raise _Unknown(str(error)) from None
        resource = _decoded(answer.content)
        if answer.status_code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            raise _Unknown(f"refuses us ({answer.status_code}): check the client and its rights")
        if answer.status_code != HTTPStatus.OK:
            if answer.is_client_error and _NO_SUCH_CODE & set(_issue_codes(resource)):
                raise _NoSuchCode
            raise _Unknown(f"refuses the question ({answer.status_code}): check its address")
        if resource is None or resource.get("resourceType") != kind:
            raise _Unknown(f"answered with something that is no {kind}")
        return resource

    def _once(self, url: httpx.URL) -> httpx.Response:
        headers = {"Accept": "application/fhir+json"}
        try:
            if self._credentials:
                headers["Authorization"] = f"Bearer {self._credentials.token()}"
            answer = self._client.get(url, headers=headers, follow_redirects=False)
        except TokenRefused as error:
            if error.passing:
                raise Again(str(error)) from None
            raise
        except httpx.TimeoutException:
            raise Again("did not answer in time") from None
        except httpx.DecodingError:
            raise Again("sent an answer that is packed wrongly") from None
        except httpx.HTTPError:
            raise Again("could not be reached") from None
        busy = self._patience.busy(answer)
        if busy is not None:
            raise busy
        return answer


def _decoded(content: bytes) -> dict[str, Any] | None:
    try:
        resource = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return resource if isinstance(resource, dict) else None


def _issue_codes(resource: Mapping[str, Any] | None) -> Iterator[str]:
    """The codes of an OperationOutcome; none of anything else."""
    issues = resource.get("issue") if resource and resource.get("resourceType") == "OperationOutcome" else None
    for issue in issues if isinstance(issues, list) else []:
        if isinstance(issue, dict) and isinstance(issue.get("code"), str):
            yield issue["code"]


def _named(parameters: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    return [each for each in parameters if each.get("name") == name]


def _first(parameters: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(iter(_named(parameters, name)), {})


def _parts(parameter: dict[str, Any]) -> list[dict[str, Any]]:
    parts = parameter.get("part")
    return [each for each in parts if isinstance(each, dict)] if isinstance(parts, list) else []


def _value(parameter: dict[str, Any]) -> object:
    return next((parameter[name] for name in sorted(parameter) if name.startswith("value")), None)


def _text(parameter: dict[str, Any]) -> str:
    value = _value(parameter)
    return value if isinstance(value, str) else ""


def _truth(value: object) -> bool | None:
    """Servers write a truth as one, or as its word."""
    match value:
        case bool():
            return value
        case "true" | "false":
            return value == "true"
        case _:
            return None


def _property(parameter: dict[str, Any]) -> tuple[str, object] | None:
    parts = _parts(parameter)
    code = _text(_first(parts, "code"))
    return (code, _value(_first(parts, "value"))) if code else None


def _match(parameter: dict[str, Any]) -> Match | None:
    parts = _parts(parameter)
    equivalence = _text(_first(parts, "equivalence"))
    concept = _value(_first(parts, "concept"))
    if not isinstance(concept, dict) or equivalence in ("unmatched", "disjoint"):
        return None
    system, code = concept.get("system"), concept.get("code")
    return Match(system, code, equivalence) if isinstance(system, str) and isinstance(code, str) else None


def _expansion(resource: dict[str, Any]) -> tuple[list[dict[str, Any]], int | None]:
    expansion = resource.get("expansion")
    if not isinstance(expansion, dict):
        raise _Unknown("answered without an expansion")
    contains, total = expansion.get("contains", []), expansion.get("total")
    if not isinstance(contains, list) or not all(isinstance(each, dict) for each in contains):
        raise _Unknown("answered with an expansion that cannot be read")
    return contains, total if isinstance(total, int) and not isinstance(total, bool) else None


def _members(entry: dict[str, Any]) -> Iterator[Member]:
    """An entry and those below it; an abstract one is a heading and no code of the set."""
    waiting = [entry]
    while waiting:
        one = waiting.pop()
        system, code, below = one.get("system"), one.get("code"), one.get("contains")
        if isinstance(system, str) and isinstance(code, str) and one.get("abstract") is not True:
            yield Member(system, code, one.get("inactive") is True)
        waiting += [each for each in below if isinstance(each, dict)] if isinstance(below, list) else []
