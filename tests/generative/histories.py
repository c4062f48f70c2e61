"""Invented patient histories, as plain dicts: weighted so that records of one dose and of near doses collide."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from adapter.reconcile.record import Feed
from hypothesis import strategies as st
from invented_england import DMD, FEEDS, MAVIS, ODS, RAVS, SNOMED, URN
from reference_places import later
from vaccine_codes import FAMILIES, VACCINES

MANGLED = ["956951000000105", "571591000000000", "253790221000087110", "1303503000", "12345"]
GUIDS = [f"0A1B2C3D-0000-4000-8000-00000000000{number}" for number in range(3)]
PATIENT_GUID = "f" * 32
CENTRES = [date(2024, 9, 12), date(2024, 10, 1), date(2024, 9, 30), date(2025, 1, 20), date(2026, 2, 2)]


def often(usual: Any, *rare: Any, weight: int = 4) -> st.SearchStrategy[Any]:
    return st.sampled_from([usual] * weight * max(1, len(rare)) + list(rare))


@st.composite
def days(draw: st.DrawFn, around: date) -> date:
    return around + timedelta(days=draw(st.sampled_from([0, 0, 0, 0, 1, -1, 2, 3, 4, -3, 27, 28, 60, 120, -400])))


@st.composite
def occurrences(draw: st.DrawFn, day: date) -> str:
    form = draw(st.sampled_from(["day"] * 8 + ["time", "late", "zone", "month", "year", "none"]))
    return {
        "day": day.isoformat(),
        "time": f"{day}T10:30:00Z",
        "late": f"{day}T23:30:00+00:00",
        "zone": f"{day}T00:15:00+01:00",
        "month": day.isoformat()[:7],
        "year": day.isoformat()[:4],
        "none": "",
    }[form]


@st.composite
def codes(draw: st.DrawFn, name: str) -> dict[str, Any]:
    vaccine = VACCINES[name]
    form = draw(
        st.sampled_from(
            ["given"] * 10
            + ["elsewhere", "elsewhere", "not", "product", "disease", "mangled", "mangled-product"]
            + ["degraded", "text", "nothing", "clash", "both", "hierarchy"]
        )
    )
    procedure: list[tuple[str, str]] = []
    vaccines: list[tuple[str, str]] = []
    diseases: list[tuple[str, str]] = []
    text = draw(st.booleans())
    given = [(SNOMED, draw(st.sampled_from(vaccine["given"])))] if vaccine["given"] else []
    if form in ("given", "clash"):
        procedure = given
    elif form in ("elsewhere", "not") and vaccine[form]:
        procedure = [(SNOMED, draw(st.sampled_from(vaccine[form])))]
    elif form in ("mangled", "mangled-product"):
        procedure = [(SNOMED, draw(st.sampled_from(MANGLED)))]
    elif form == "degraded":
        procedure = [(SNOMED, "196411000000103")]
    elif form == "hierarchy":
        procedure, text = [(SNOMED, "33879002")], True
    elif form == "both":
        procedure = [*given, *((SNOMED, code) for code in vaccine["elsewhere"][:1])]
    elif form == "nothing":
        text = False
    elif form == "text":
        text = True
    if vaccine["products"] and (form in ("product", "mangled-product") or draw(often(False, True))):
        if form not in ("degraded", "text", "nothing", "hierarchy"):
            vaccines = [(draw(st.sampled_from([DMD, SNOMED])), draw(st.sampled_from(vaccine["products"])))]
    elif draw(st.booleans()):
        vaccines = [("http://terminology.hl7.org/CodeSystem/v3-NullFlavor", "UNK")]
    sets = vaccine["diseases"]
    if form == "clash":
        sets = ["55735004", "14189004+36653000+36989005", "27836007"]
    if sets and (form in ("disease", "clash") or (draw(often(False, True)) and procedure)):
        diseases = [(SNOMED, code) for code in draw(st.sampled_from(sets)).split("+")]
    return {"procedure": procedure, "vaccine": vaccines, "diseases": diseases, "text": text}


@st.composite
def identifiers(draw: st.DrawFn, feed: Feed, number: int) -> list[tuple[str, str]]:
    guid = draw(st.sampled_from(GUIDS))
    plain = f"r{number}"
    if feed.kind == "poc":
        system = RAVS if feed.name == "ravs" else MAVIS
        value = draw(st.sampled_from([plain, plain, plain, plain, guid.lower(), "shared"]))
        return [(system, value)]
    own = f"https://EMISWeb/{feed.practice}"
    kind = draw(
        st.sampled_from(
            ["own"] * 6
            + [
                "guid",
                "guid",
                "long",
                "moved",
                "moved",
                "ravs",
                "ravs",
                "ravs",
                "medicus",
                "uuid",
                "none",
                "elsewhere",
                "shared",
            ]
        )
    )
    return {
        "own": [(own, plain)],
        "guid": [(own, guid)],
        "long": [(own, PATIENT_GUID + guid.replace("-", "").lower())],
        "moved": [(f"https://PSSAdaptor/{draw(st.sampled_from(['D83013', 'G81001', 'B83002']))}", guid)],
        "ravs": [(RAVS, draw(st.sampled_from([plain, "shared", f"r{number - 1}"])))],
        "medicus": [("https://medicus.health", plain)],
        "uuid": [("https://tools.ietf.org/html/rfc4122", guid.lower())],
        "none": [("", plain)],
        "elsewhere": [("https://EMISWeb/B83002", plain)],
        "shared": [(own, "shared")],
    }[kind]


@st.composite
def givers(draw: st.DrawFn, feed: Feed) -> tuple[list[tuple[str, str]], tuple[str, str] | None]:
    own = feed.practice or draw(st.sampled_from(["D83013", "G81086", "RVV", "RVVKC"]))
    strange = ["X99999", "YGA", "RVVKC", "FA123", "ZZ999", "G1234567", "97R", "H81001", "G81086", "G81001", "D83013001"]
    performer = draw(st.sampled_from([[own]] * 12 + [[]] * 5 + [[code] for code in strange] + [["D83013", "RVV"]]))
    location = draw(
        often(performer[0] if performer else None, None, "X99999", "RVVKC", "D83013", "G81086", "100001", weight=2)
    )
    system = draw(often(ODS, URN, weight=12))
    return [(ODS, code) for code in performer], (system, location) if location else None


@st.composite
def records(draw: st.DrawFn, number: int, patient: dict[str, Any]) -> dict[str, Any]:
    feed = FEEDS[draw(st.sampled_from(["gp-d"] * 3 + ["gp-d-marked", "gp-g", "gp-g-old", "ravs", "ravs", "mavis"]))]
    day = draw(days(patient["around"]))
    performer, location = draw(givers(feed))
    notes = st.sampled_from([[]] * 4 + [["GMS"]] * 4 + [["Not GMS"], ["GMS (Another Practice)"], ["GMS", "Not GMS"]])
    marked = draw(notes) if feed.kind == "gp" else []
    on_day = draw(st.sampled_from([day.isoformat()] * 3 + [patient["around"].isoformat(), "2019-01-01", ""]))
    context = []
    for code in draw(often([], ["77386006"], weight=1)) if patient["sex"] != "male" else []:
        context.append((SNOMED, code, on_day))
    if draw(often(False, True)):
        context.append(("http://read.info/ctv3", "XaYVx", on_day))
    if draw(often(False, True)):
        context.append((SNOMED, "1239871000000107", on_day))
    strange = {
        "feed": feed.name,
        "feed_practice": feed.practice,
        "feed_markers": feed.gms_markers,
        "identifiers": draw(identifiers(feed, number)),
        "withdrawn": draw(often(False, True, weight=9)),
        "status": draw(often("completed", "not-done", weight=15)),
        "not_given": draw(often(False, True, weight=15)),
        "patient": patient["key"],
        "born": draw(often(patient["born"], "", weight=5)),
        "sex": draw(often(patient["sex"], "", weight=5)),
        "occurred": draw(occurrences(day)),
        "recorded": draw(
            st.sampled_from([day.isoformat(), day.isoformat(), (day + timedelta(days=40)).isoformat(), ""])
        ),
        **draw(codes(draw(st.sampled_from(patient["vaccines"])))),
        "dose": draw(often(None, 1, 2)),
        "route": draw(often([], [(SNOMED, "46713006")], [(SNOMED, "78421000")])),
        "performer": performer,
        "location": location,
        "gms_notes": marked,
        "gms_flag": draw(often(None, True, False, weight=6)) if not marked else None,
        "primary_source": draw(often(True, False, None)),
        "lot": draw(st.sampled_from(["", "", "AB12", "ab 12", "0", "UNKNOWN", "X"])),
        "context": context,
    }
    if draw(often(False, True)):
        return strange
    name = draw(st.sampled_from([one for one in patient["vaccines"] if VACCINES[one]["given"]]))
    usual = usually(strange, number, patient, day, draw(st.sampled_from(VACCINES[name]["given"])))
    odd = draw(st.sets(st.sampled_from(ODDITIES), max_size=3))
    kept = {field for group in odd for field in group.split()}
    return strange | {field: value for field, value in usual.items() if field not in kept}


ODDITIES = [
    "identifiers",
    "withdrawn",
    "status",
    "not_given",
    "born sex",
    "occurred recorded",
    "procedure vaccine diseases text",
    "dose route",
    "performer",
    "location",
    "gms_notes gms_flag",
    "primary_source",
    "lot",
    "context",
    "identifiers gms_notes",
    "performer gms_notes",
]


def usually(strange: dict[str, Any], number: int, patient: dict[str, Any], day: date, code: str) -> dict[str, Any]:
    """A sound dose of the feed's own: what a record says but for its few oddities, so that a history reaches the last
    rows of the table and not only the first reason to stop.
    """
    practice = strange["feed_practice"]
    pregnant = patient["sex"] == "female" and patient["vaccines"][0] in ("pertussis", "rsv")
    risk = [("http://read.info/ctv3", "XaYVx", day.isoformat())] if "hepb-at-risk" in patient["vaccines"] else []
    return {
        "identifiers": [(f"https://EMISWeb/{practice}" if practice else RAVS, f"r{number}")],
        "withdrawn": False,
        "status": "completed",
        "not_given": False,
        "born": patient["born"],
        "sex": patient["sex"],
        "occurred": day.isoformat(),
        "recorded": day.isoformat(),
        "procedure": [(SNOMED, code)],
        "vaccine": [],
        "diseases": [],
        "text": False,
        "dose": None,
        "route": [],
        "performer": [(ODS, practice or "D83013")],
        "location": None,
        "gms_notes": [],
        "gms_flag": None,
        "primary_source": True,
        "lot": patient["lot"],
        "context": [(SNOMED, "77386006", day.isoformat())] if pregnant else risk,
    }


@st.composite
def patients(draw: st.DrawFn) -> dict[str, Any]:
    vaccines = draw(st.sampled_from(FAMILIES))
    if draw(often(False, True, weight=6)):
        vaccines = draw(st.sampled_from(FAMILIES)) + vaccines
    around = draw(st.sampled_from(CENTRES))
    age = draw(st.sampled_from(VACCINES[vaccines[0]]["ages"]))
    span = later(date(1900, 6, 1), age) - date(1900, 6, 1)
    born = around - timedelta(days=span.days)
    for _ in range(3):  # the birth date that comes of age on or close to the day
        born += around - later(born, age)
    born += timedelta(days=draw(st.sampled_from([0, 0, 1, -1, -40])))
    return {
        "key": "a" * 64,
        "around": around,
        "born": born.isoformat(),
        "sex": draw(st.sampled_from(["female", "female", "female", "male", "unknown"])),
        "vaccines": vaccines,
        "lot": draw(st.sampled_from(["", "AB12"])),
    }


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """One patient's records, each known by its own key, and the reviews of some of them."""
    patient = draw(patients())
    found: list[dict[str, Any]] = []
    seen = set()
    count = draw(st.integers(1, 6))
    if count == 1:
        patient["key"] = draw(often(patient["key"], "", weight=4))
    for number in range(count):
        record = draw(records(number, patient))
        keys = {(record["feed"], *one) for one in record["identifiers"]}
        if not keys & seen:
            seen |= keys
            found.append(record)
    reviews = []
    for record in found:
        if draw(often(False, True, weight=6)):
            verdict = draw(st.sampled_from(["given-by-practice", "given-elsewhere"]))
            practice = draw(often(record["feed_practice"] or "D83013", "D83013", "G81086"))
            system, value = record["identifiers"][0]
            key = {"practice": practice, "feed": record["feed"], "system": system, "value": value}
            reviews.append({**key, "verdict": verdict})
    return found, reviews
