"""One plain sentence about a code: what it means here, or what is wrong with it."""

from __future__ import annotations

from adapter.fhir.statement import Coding
from adapter.normalise.catalogue import Catalogue
from adapter.normalise.code_entry import CodeEntry, Meaning
from adapter.normalise.snomed import SnomedCode
from adapter.normalise.table import Row

_SYSTEMS = {
    "snomed": ("SNOMED CT", "http://snomed.info/sct"),
    "readv2": ("Read v2", "http://read.info/readv2"),
    "ctv3": ("CTV3", "http://read.info/ctv3"),
}
_ROLES = {
    "given": "says that a vaccine was given",
    "given-elsewhere": "says that a vaccine was given by another provider",
    "not-done": "says that a vaccination was not done",
    "declined": "says that a vaccination was declined",
    "contraindicated": "says that a vaccination is contraindicated",
    "requires": "says that a vaccination is due; as a procedure it means not given, as a reason it means nothing",
    "degraded": "stands where a transfer lost the real code: its meaning is in the text only",
    "product": "is a vaccine product",
    "target-disease": "is a disease that a vaccine protects from",
    "pregnancy": "is evidence of pregnancy on its date",
    "at-risk": "is evidence of risk from its date on",
    "hierarchy": "is a heading of the terminology: it names no vaccine",
    "refset": "is the id of a reference set, not a vaccination",
    "unlabelled": "is in a public list without its term: its programmes are known, its role is not",
}
_FAULTS = {
    "mangled": "has lost digits: a spreadsheet or a program rounded it, so it cannot be believed",
    "check-digit": "is no SNOMED id: its check digit is wrong",
    "not-an-id": "is not a code of any system read here",
    "description": "is a SNOMED description id that maps to neither a concept nor a role",
    "null-flavour": "means that the sender had no code to give",
}


def explain(catalogue: Catalogue, text: str) -> str:
    """What the tables say about `text`: a SNOMED concept or description id, a Read code, a supplier code, a programme
    key, an indicator id or a code system. Never fails: what is unknown is said to be so.
    """
    code = text.strip()
    found = [sentence for sentence in _named(catalogue, code) if sentence]
    return " ".join(found) if found else _unnamed(catalogue, code)


def _named(catalogue: Catalogue, code: str) -> list[str]:
    sentences = [_entry(catalogue, code, system) for system in _SYSTEMS]
    sentences.append(_context(catalogue, code))
    sentences += [_supplier(row) for row in catalogue.tables.rows("not_providers.csv") if row["code"] == code.upper()]
    sentences.append(_programme(catalogue, code.lower()))
    sentences.append(_indicator(catalogue, code.upper()))
    sentences += [_system(row) for row in catalogue.tables.rows("code_systems.csv") if row["system"] == code]
    return sentences


def _entry(catalogue: Catalogue, code: str, system: str) -> str:
    name, url = _SYSTEMS[system]
    meaning = catalogue.look_up(Coding(url, code))
    entry = meaning.entry
    if entry is None:
        return ""
    shown = entry.code if system != "snomed" else code
    role = _ROLES[entry.role]
    if entry.file == "context_codes.csv":
        role = "is a code beside a vaccination"
    elif entry.role == "given" and entry.programmes == {"ld-health-check"}:
        role = "says that a health check was done"
    parts = [f"{name} {shown}{_term(entry.term)} {role}", _programmes(entry.programmes), *_details(entry)]
    described = f" It is a description of the concept {meaning.concept}." if meaning.concept not in ("", shown) else ""
    return f"{'; '.join(part for part in parts if part)}.{described}{_lineage(entry, meaning)}"


def _term(term: str) -> str:
    return f" “{term}”" if term else ""


def _programmes(keys: frozenset[str]) -> str:
    if not keys:
        return "names no programme that is counted"
    return f"programme {' or '.join(sorted(keys))}"


def _details(entry: CodeEntry) -> list[str]:
    return [
        f"dose {entry.dose}" if isinstance(entry.dose, int) else (entry.dose or ""),
        f"dm+d level {entry.level}" if entry.level else "",
        entry.form or "",
        "in pregnancy" if entry.pregnancy else "",
        "orders the course and is no dose of the vaccine that is paid" if entry.order_only else "",
        f"replaced by {entry.replaced_by}" if entry.replaced_by else "",
        f"{entry.status}, it keeps its meaning" if entry.retired else "",
    ]


def _lineage(entry: CodeEntry, meaning: Meaning) -> str:
    note = f" Note: {entry.note}." if entry.note else ""
    gap = f" Open: {entry.open}." if entry.open else ""
    return f"{note}{gap} Source: {entry.source} ({', '.join(meaning.rows)})."


def _context(catalogue: Catalogue, code: str) -> str:
    for row in catalogue.tables.rows("context_codes.csv"):
        if row["code"] == code:
            return f"Beside a vaccination it is evidence: {row['context']} ({row.ref})."
    return ""


def _supplier(row: Row) -> str:
    return f"Organisation code {row['code']} ({row['name']}) is a {row['kind']} code and never a provider ({row.ref})."


def _programme(catalogue: Catalogue, key: str) -> str:
    programme = catalogue.programmes.get(key)
    if programme is None:
        return ""
    if not programme.counted:
        return f"Programme {key} is known and never counted ({programme.ref})."
    ids = list(dict.fromkeys(row.id for row in catalogue.indicators_of(key)))
    return (
        f"Programme {key} is counted in the CQRS service “{programme.service}” as {programme.public}, "
        f"by {', '.join(ids)} ({programme.ref})."
    )


def _indicator(catalogue: Catalogue, code: str) -> str:
    rows = [row for row in catalogue.indicators if row.id == code]
    if not rows:
        return ""
    titles = list(dict.fromkeys(row.title for row in rows))
    never = "" if any(row.evaluable for row in rows) else " It is never assigned: its rule is not public."
    refs = ", ".join(row.ref for row in rows)
    return f"Indicator {code} counts {rows[0].counts}: {'; '.join(titles)}.{never} ({refs})"


def _system(row: Row) -> str:
    return f"System {row['system']} is read as {row['reads_as']} ({row.ref})."


def _unnamed(catalogue: Catalogue, code: str) -> str:
    if not code:
        return "An empty code says nothing."
    meaning = catalogue.look_up(Coding(_SYSTEMS["snomed"][1], code))
    rows = f" ({', '.join(meaning.rows)})" if meaning.rows else ""
    if meaning.kind == "unlisted" and meaning.concept != code:
        return f"{code} is a description of the SNOMED concept {meaning.concept}, which no table has{rows}."
    if meaning.kind == "unlisted":
        return f"{code} is a well-formed SNOMED concept id that no table has: it names no programme that is counted."
    if meaning.kind == "not-an-id" and catalogue.look_up(Coding(_SYSTEMS["readv2"][1], code)).kind == "unlisted":
        return f"{code} is formed like a Read code and no table has it: it names no programme that is counted."
    note = next((row["note"] for row in catalogue.tables.rows("mangled_codes.csv") if row["code"] == code), "")
    remark = f": {note}" if note else ""
    if isinstance(SnomedCode.parse(code), SnomedCode) and meaning.kind == "not-an-id":
        return f"{code} is a SNOMED id that is neither a concept nor a description."
    return f"{code} {_FAULTS[meaning.kind]}{remark}{rows}."
