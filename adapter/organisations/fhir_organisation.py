"""FHIR R4 of the Organisation Data Terminology API: Organization, OrganizationAffiliation, deletion Lists, `$lookup`.

An Organization states its roles with their dates, not its own dates, not its relationships and not its successions.
Relationships come one by one as affiliations. `$lookup` states the record's own dates, and of the rest only today's.
The code is in the identifier: `id` carries a prefix in some published examples. `active` is today's and not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from adapter.fhir.issue import Issue
from adapter.organisations import fields
from adapter.organisations.ods_code import OdsCode
from adapter.organisations.organisation import Relationship, Role
from adapter.organisations.period import Period, Validity, read_date
from adapter.organisations.release import Affiliation, Deleted, Deletion, Entry

Said = Entry | Affiliation | Deletion | Issue
ODS_SYSTEM = "https://fhir.nhs.uk/Id/ods-organization-code"
_ROLE_EXTENSION = "extension-england-organisationrole"
_PERIOD_EXTENSION = "extension-england-typedperiod"
_MOMENT_EXTENSION = "extension-england-typeddatetime"
_DEEPEST = 5
_DELETED: dict[str, Deleted] = {
    "organization-deletion": "organisation",
    "organizationaffiliation-deletion": "relationship",
    "organization-role-deletion": "role",
    "organization-succession-deletion": "succession",
}
_DELETED_TYPES: dict[str, Deleted] = {"Organization": "organisation", "OrganizationAffiliation": "relationship"}
_RELATION = re.compile(r"RE[0-9]{1,3}", re.ASCII)
_ROLE = re.compile(r"RO[0-9]{1,4}", re.ASCII)


def read_resource(resource: dict[str, Any], place: str = "", depth: int = 0) -> Iterator[Said]:
    """What one resource says, or the issues that tell why it says nothing here. `place` is a FHIRPath prefix."""
    kind = fields.text(resource, "resourceType")
    at = place or kind
    try:
        match kind:
            case "Bundle":
                yield from _bundle(resource, at, depth)
            case "Organization":
                yield _organization(resource, at)
            case "OrganizationAffiliation":
                yield _affiliation(resource, at)
            case "List":
                yield from _deletions(resource, at)
            case "Parameters":
                yield _lookup(resource, at)
            case "OperationOutcome":
                yield Issue(
                    "processing", at, "The server answered with an OperationOutcome: ask again, or ask for less."
                )
            case "ValueSet":
                yield Issue(
                    "not-supported", at, "An expansion states neither dates nor all roles. Load the Organizations."
                )
            case _:
                yield Issue("not-supported", at, "The resource does not describe an organisation.")
    except ValueError:
        yield Issue("value", at, "A date, code or role of the resource cannot be read.")


def _bundle(bundle: dict[str, Any], at: str, depth: int) -> Iterator[Said]:
    if depth >= _DEEPEST:
        yield Issue("structure", at, "Bundles are nested too deeply.")
        return
    entries = bundle.get("entry", [])
    if not isinstance(entries, list):
        yield Issue("structure", f"{at}.entry", "The entries are no list.")
        return
    for number, entry in enumerate(entries):
        resource = entry.get("resource") if isinstance(entry, dict) else None
        inside = f"{at}.entry[{number}].resource"
        if isinstance(resource, dict):
            yield from read_resource(resource, inside, depth + 1)
        else:
            yield Issue("structure", inside, "The entry holds no resource.")


def _organization(resource: dict[str, Any], at: str) -> Said:
    code = _code(resource.get("identifier"))
    if code is None:
        return Issue("required", f"{at}.identifier", "There is no ODS code under the ODS system.")
    roles = tuple(_role(extension) for extension in _extensions(resource, _ROLE_EXTENSION))
    if not roles:
        return Issue("required", f"{at}.extension", "There is no ODS role. Load the record from the ODS API.")
    types = {
        fields.text(coding, "code")
        for concept in fields.members(resource.get("type"))
        for coding in fields.members(concept.get("coding"))
    }
    changed = [
        fields.text(parts.get("dateTime"), "valueDateTime")
        for parts in map(_parts, _extensions(resource, _MOMENT_EXTENSION))
        if fields.text(parts.get("type"), "valueCoding", "code") == "LastChangeDate"
    ]
    return Entry(
        code,
        record_class=next(iter(sorted(types & {"RC1", "RC2"})), ""),
        ref_only="RefOnly" in types,
        changed=read_date(changed[0]) if changed else None,
        roles=roles,
    )


def _role(extension: dict[str, Any]) -> Role:
    parts = _parts(extension)
    codes = [
        fields.text(coding, "code")
        for coding in fields.members(fields.member(parts.get("roleCode"), "valueCodeableConcept").get("coding"))
    ]
    code = next((code for code in codes if _ROLE.fullmatch(code)), None)
    if code is None:
        raise ValueError("a role without its code")
    instance = parts.get("instanceID") or {}
    number = next((fields.text(instance, key) for key in sorted(instance) if key.startswith("value")), "")
    return Role(code, _typed_periods(extension), number)


def _affiliation(resource: dict[str, Any], at: str) -> Said:
    source = _code(fields.member(resource, "organization").get("identifier")) or _referred(resource, "organization")
    target = _code(fields.member(resource, "participatingOrganization").get("identifier")) or _referred(
        resource, "participatingOrganization"
    )
    codes = [
        fields.text(coding, "code")
        for concept in fields.members(resource.get("code"))
        for coding in fields.members(concept.get("coding"))
    ]
    code = next((code for code in codes if _RELATION.fullmatch(code)), None)
    if source is None or target is None or code is None:
        return Issue("required", at, "An affiliation needs two ODS codes and an ODS relationship code.")
    validity = _typed_periods(resource)
    if validity == Validity() and isinstance(resource.get("period"), dict):
        validity = Validity(operational=fields.period(resource["period"], "start", "end"))
    stated = [
        fields.text(identifier, "value")
        for identifier in fields.members(resource.get("identifier"))
        if fields.text(identifier, "system").endswith("/organization-relationship-instance")
    ]
    instance = stated[0] if stated else fields.text(resource, "id")
    return Affiliation(source, Relationship(code, target, validity, instance))


def _deletions(resource: dict[str, Any], at: str) -> Iterator[Said]:
    what = _DELETED.get(fields.text(resource, "id").lower())
    for number, entry in enumerate(fields.members(resource.get("entry"))):
        inside = f"{at}.entry[{number}].item"
        item = fields.member(entry, "item")
        of = what or _DELETED_TYPES.get(fields.text(item, "type"))
        value = fields.text(item, "identifier", "value")
        id_ = OdsCode.read(value) if of == "organisation" else value
        if of is None or not id_:
            yield Issue("value", inside, "The entry names nothing that could be deleted from the directory.")
        else:
            yield Deletion(of, str(id_), read_date(fields.text(entry, "date")))


def _lookup(resource: dict[str, Any], at: str) -> Said:
    """`$lookup` of a code: the record's dates, and today's roles and relationships without theirs, which serve until
    they are stated. Of a closed record without an end date nothing can be used.
    """
    parameters = list(fields.members(resource.get("parameter")))
    code = next((OdsCode.read(_value(parameter)) for parameter in parameters if parameter.get("name") == "code"), None)
    systems = {_value(parameter) for parameter in parameters if parameter.get("name") == "system"}
    if code is None or not all(map(_is_ods, systems)):
        return Issue("value", at, "The parameters are no lookup of an ODS code.")
    properties = [_property(parameter) for parameter in parameters if parameter.get("name") == "property"]
    single = dict(properties)
    validity = Validity(
        *(
            Period(
                read_date(single.get(f"{name}StartDate", "")), read_date(single.get(f"{name}EndDate", ""), last=True)
            )
            if f"{name}StartDate" in single or f"{name}EndDate" in single
            else None
            for name in ("op", "leg")
        )
    )
    closed = single.get("inactive") == "true" or single.get("status", "active").lower() == "inactive"
    if closed and validity.deciding.end is None:
        return Issue("value", at, "The record is closed, and the lookup does not say since when.")
    primary = single.get("primaryRole")
    roles = {value for name, value in properties if name in ("role", "primaryRole") and _ROLE.fullmatch(value)}
    links = {(name, str(target)) for name, value in properties if _RELATION.fullmatch(name) and (target := _ods(value))}
    return Entry(
        str(code),
        record_class=single.get("orgRecordClass", ""),
        ref_only=single.get("refOnly") == "true" if "refOnly" in single else None,
        changed=read_date(single.get("lastChangeDate", "")),
        validity=validity if validity != Validity() else None,
        report="lookup",
        implied_roles=tuple(Role(role, primary=role == primary if primary else None) for role in sorted(roles)),
        links=tuple(Relationship(name, target) for name, target in sorted(links)),
    )


def _property(parameter: dict[str, Any]) -> tuple[str, str]:
    parts = {fields.text(part, "name"): part for part in fields.members(parameter.get("part"))}
    value = next((parts[name] for name in sorted(parts) if name.startswith("value")), {})
    return _value(parts.get("code", {})), _value(value)


def _value(parameter: dict[str, Any]) -> str:
    """The value of a parameter as text, whatever its type."""
    for name in sorted(parameter):
        if name == "valueCoding":
            return fields.text(parameter, "valueCoding", "code")
        if name.startswith("value"):
            value = parameter[name]
            return str(value).lower() if isinstance(value, bool) else fields.text(parameter, name)
    return ""


def _typed_periods(holder: dict[str, Any]) -> Validity:
    found: dict[str, Period] = {}
    for extension in _extensions(holder, _PERIOD_EXTENSION):
        parts = _parts(extension)
        name = fields.text(parts.get("dateType"), "valueCoding", "code")
        found[name] = fields.period(fields.member(parts.get("period"), "valuePeriod"), "start", "end")
    return Validity(found.get("Operational"), found.get("Legal"))


def _extensions(holder: dict[str, Any], name: str) -> Iterator[dict[str, Any]]:
    for extension in fields.members(holder.get("extension")):
        if fields.text(extension, "url").lower().rstrip("/").endswith(name):
            yield extension


def _parts(extension: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The extensions within an extension by their short URL; the last of several."""
    return {fields.text(part, "url"): part for part in fields.members(extension.get("extension"))}


def _code(identifiers: object) -> str | None:
    for identifier in fields.members(identifiers):
        if _is_ods(fields.text(identifier, "system")):
            return _ods(fields.text(identifier, "value"))
    return None


def _is_ods(system: str) -> bool:
    """Whether it is the ODS system, also as `http`, in other capitals or with a last slash."""
    return system.lower().rstrip("/").endswith(ODS_SYSTEM.lower().removeprefix("https"))


def _referred(resource: dict[str, Any], name: str) -> str | None:
    kind, _, id_ = fields.text(resource, name, "reference").rpartition("/")
    return _ods(id_) if kind.endswith("Organization") else None


def _ods(value: str) -> str | None:
    code = OdsCode.read(value)
    return str(code) if code else None
