"""ORD records as JSON and as XML: the two forms say the same."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from adapter.organisations.organisation import Relationship, Role, Succession
from adapter.organisations.parse import parse
from adapter.organisations.period import Period, Validity
from adapter.organisations.release import Entry, Release

ROOT = {"root": "2.16.840.1.113883.2.1.3.2.4.18.48", "assigningAuthorityName": "HSCIC"}


def site() -> dict[str, Any]:
    return {
        "Name": "A HOSPITAL",
        "Date": [{"Type": "Operational", "Start": "1999-04-01"}, {"Type": "Legal", "Start": "1999-05-01"}],
        "OrgId": {**ROOT, "extension": "R9AAA"},
        "Status": "Active",
        "LastChangeDate": "2021-07-21",
        "orgRecordClass": "RC2",
        "GeoLoc": {"Location": {"PostCode": "ZZ99 3VZ"}},
        "Roles": {
            "Role": [
                {
                    "id": "RO198",
                    "uniqueRoleId": 13437,
                    "primaryRole": True,
                    "Date": [{"Type": "Operational", "Start": "1999-04-01"}],
                    "Status": "Active",
                },
                {"id": "RO24", "uniqueRoleId": 13438, "Date": [{"Type": "Operational", "End": "2001-01-01"}]},
            ]
        },
        "Rels": {
            "Rel": [
                {
                    "id": "RE6",
                    "uniqueRelId": 15806,
                    "Date": [{"Type": "Operational", "Start": "1999-04-01"}],
                    "Target": {"OrgId": {**ROOT, "extension": "R9A"}, "PrimaryRoleId": {"id": "RO197"}},
                }
            ]
        },
        "Succs": {
            "Succ": [
                {
                    "uniqueSuccId": 28060,
                    "Date": [{"Type": "Legal", "Start": "1999-04-01"}],
                    "Type": "Predecessor",
                    "Target": {"OrgId": {**ROOT, "extension": "R8AAA"}},
                }
            ]
        },
    }


SITE_XML = """<?xml version="1.0" encoding="UTF-8"?>
<x:HSCOrgRefData xmlns:x="urn:some"><Organisations>
<Organisation orgRecordClass="RC2"><Name>A HOSPITAL</Name>
<Date><Type value="Operational"/><Start value="1999-04-01"/></Date>
<Date><Type value="Legal"/><Start value="1999-05-01"/></Date>
<OrgId root="2.16.840.1.113883.2.1.3.2.4.18.48" assigningAuthorityName="HSCIC" extension="R9AAA"/>
<Status value="Active"/><LastChangeDate value="2021-07-21"/>
<GeoLoc><Location><PostCode>ZZ99 3VZ</PostCode></Location></GeoLoc>
<Contacts><Contact type="tel" value="0"/></Contacts>
<Roles><Role id="RO198" uniqueRoleId="13437" primaryRole="true">
<Date><Type value="Operational"/><Start value="1999-04-01"/></Date><Status value="Active"/></Role>
<Role id="RO24" uniqueRoleId="13438"><Date><Type value="Operational"/><End value="2001-01-01"/></Date></Role></Roles>
<Rels><Rel id="RE6" uniqueRelId="15806"><Date><Type value="Operational"/><Start value="1999-04-01"/></Date>
<Target><OrgId extension="R9A"/><PrimaryRoleId id="RO197" uniqueRoleId="41756"/></Target></Rel></Rels>
<Succs><Succ uniqueSuccId="28060"><Date><Type value="Legal"/><Start value="1999-04-01"/></Date>
<Type value="Predecessor"/><Target><OrgId extension="R8AAA"/></Target></Succ></Succs>
</Organisation>
<Organisation><OrgId extension="not a code"/></Organisation>
</Organisations></x:HSCOrgRefData>"""

SINCE = Period(date(1999, 4, 1))
ENTRY = Entry(
    "R9AAA",
    record_class="RC2",
    ref_only=False,
    changed=date(2021, 7, 21),
    validity=Validity(SINCE, Period(date(1999, 5, 1))),
    roles=(
        Role("RO198", Validity(SINCE), "13437", True),
        Role("RO24", Validity(Period(end=date(2001, 1, 1))), "13438", False),
    ),
    relationships=(Relationship("RE6", "R9A", Validity(SINCE), "15806", "RO197"),),
    successions=(Succession("predecessor", "R8AAA", date(1999, 4, 1), "28060"),),
)


def read(document: object) -> Release:
    release = parse(json.dumps(document).encode(), "anything")
    assert isinstance(release, Release), release
    return release


def test_json_gives_roles_relationships_and_successions_with_their_dates() -> None:
    assert read({"Organisation": site()}) == Release("ord-json", (ENTRY,))


def test_a_list_of_records_is_read_whole() -> None:
    other = site() | {"OrgId": {"extension": "R9AAB"}}
    assert [entry.code for entry in read([{"Organisation": site()}, {"Organisation": other}]).entries] == [
        "R9AAA",
        "R9AAB",
    ]


def test_xml_says_the_same_and_a_bad_record_stops_no_other() -> None:
    release = parse(SITE_XML.encode(), "anything.xml")
    assert isinstance(release, Release)
    assert release.entries == (ENTRY,)
    assert [issue.expression for issue in release.issues] == ["Organisation[2]"]


def test_a_skeleton_speaks_of_roles_and_dates_only() -> None:
    (entry,) = read({"Organisation": site() | {"refOnly": True}}).entries
    assert entry.ref_only
    assert entry.relationships is None
    assert entry.successions is None
    assert entry.roles == ENTRY.roles


def test_absent_lists_say_that_there_is_nothing() -> None:
    bare = {key: value for key, value in site().items() if key not in ("Rels", "Succs")}
    (entry,) = read({"Organisation": bare}).entries
    assert entry.relationships == ()
    assert entry.successions == ()


@pytest.mark.parametrize(
    "broken",
    [
        {"OrgId": {"extension": "no code"}},
        {"Date": [{"Type": "Operational", "Start": "someday"}]},
        {"Roles": {"Role": [{"uniqueRoleId": 1}]}},
        {"Succs": {"Succ": [{"Type": "Sibling", "Target": {"OrgId": {"extension": "R8A"}}}]}},
        {"Rels": {"Rel": [{"id": "RE6", "Target": {}}]}},
    ],
)
def test_a_record_that_cannot_be_read_is_an_issue(broken: dict[str, Any]) -> None:
    issues = parse(json.dumps({"Organisation": site() | broken}).encode(), "")
    assert isinstance(issues, tuple)
    assert [issue.code for issue in issues] == ["value"]


def test_no_name_or_address_is_kept() -> None:
    for content in (SITE_XML.encode(), json.dumps({"Organisation": site()}).encode()):
        kept = str(parse(content, ""))
        assert "HOSPITAL" not in kept
        assert "ZZ99" not in kept


def test_a_document_type_is_refused_before_an_entity_can_grow() -> None:
    bomb = '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;">]><Organisation><Name>&c;</Name></Organisation>'
    issues = parse(bomb.encode(), "")
    assert isinstance(issues, tuple)
    assert "document type" in issues[0].text


def test_broken_xml_keeps_what_came_before() -> None:
    release = parse(SITE_XML.encode()[:-60], "")
    assert isinstance(release, Release)
    assert len(release.entries) == 1
    assert release.issues[-1].code == "structure"
    other = parse(b"<html><body/></html>", "")
    assert isinstance(other, tuple)
    unknown = parse(b'<?xml version="1.0" encoding="nonsense"?><Organisation/>', "")
    assert isinstance(unknown, tuple)
