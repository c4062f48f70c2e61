"""The Primary Care Domain reference set content: which codes each cluster of the business rules holds.

The published CSV file comes in two forms, by cluster and by output (with `Output_ID` first); the columns read are the
same. Membership of a cluster says nothing by itself: a code takes from it what `clusters.csv` says, and a cluster
that this table does not name, or calls `none`, gives nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from adapter.fhir.statement import Coding
from adapter.normalise.catalogue import Catalogue
from adapter.normalise.code_entry import CodeEntry
from adapter.normalise.official_file import Line, place, printable, read_csv, sha256
from adapter.normalise.overlay import RowChange
from adapter.normalise.period_checks import first_day
from adapter.normalise.proposal import Proposal, Remark, propose, source_with
from adapter.normalise.table import Problem, Row

COLUMNS = (
    "Cluster_ID",
    "Cluster_Description",
    "SNOMED_code",
    "SNOMED_code_description",
    "PCD_Refset_ID",
    "Service_and_Ruleset",
)
_SNOMED = "http://snomed.info/sct"
_SOURCE = "primary care reference set content"


class Content(Struct, frozen=True):
    """Codes by cluster, and the description that the files have for each code. `files` are their SHA-256."""

    files: tuple[str, ...]
    clusters: dict[str, frozenset[str]]
    terms: dict[str, str]


def read_reference_sets(contents: Sequence[bytes]) -> Content | tuple[Problem, ...]:
    """All files together. One code that is no concept id refuses them: a spreadsheet has rounded what it opened."""
    clusters: dict[str, set[str]] = defaultdict(set)
    terms: dict[str, str] = {}
    problems: list[Problem] = []
    for ordinal, content in enumerate(contents, start=1):
        lines = read_csv(content, place(ordinal), COLUMNS)
        if isinstance(lines, Problem):
            problems.append(lines)
            continue
        if not lines:
            problems.append(Problem(place(ordinal), 0, "", "There is no row in it."))
        for line in lines:
            fault = _fault(line)
            if fault:
                problems.append(fault)
                continue
            clusters[line["Cluster_ID"].upper()].add(line["SNOMED_code"])
            terms.setdefault(line["SNOMED_code"], printable(line["SNOMED_code_description"]))
    if problems:
        return tuple(sorted(problems))
    ordered = {cluster: frozenset(clusters[cluster]) for cluster in sorted(clusters)}
    return Content(tuple(sorted(map(sha256, contents))), ordered, terms)


def _fault(line: Line) -> Problem | None:
    if not line["Cluster_ID"]:
        return line.problem("Cluster_ID", "Must not be empty.")
    return line.concept_problem("SNOMED_code")


def propose_reference_sets(content: Content, catalogue: Catalogue) -> Proposal:
    """What the clusters that say something add to the code tables, and what of it contradicts them.

    Our own row of a code stands against any cluster. A code that an earlier release brought and that its clusters hold
    no longer becomes inactive and keeps its meaning: records go on carrying it.
    """
    label = f"{_SOURCE} {sha256(' '.join(content.files).encode())[:12]}"
    rules = _rules(catalogue)
    claims: dict[str, list[Row]] = defaultdict(list)
    for cluster, codes in content.clusters.items():
        rule = rules.get(cluster)
        if rule is not None and rule["role"] != "none":
            for code in codes:
                claims[code].append(rule)
    changes: list[RowChange] = []
    remarks = list(_passed_over(content, rules, catalogue))
    for code in sorted(claims):
        proposed = _proposed(code, claims[code], content.terms.get(code, ""), catalogue, label)
        if isinstance(proposed, Remark):
            remarks.append(proposed)
        elif proposed is not None:
            changes.append(proposed)
    changes += _gone(content, claims, catalogue, label)
    return propose("pcd-refset", label, content.files, changes, remarks)


def _rules(catalogue: Catalogue) -> dict[str, Row]:
    return {row["cluster"]: row for row in sorted(catalogue.tables.rows("clusters.csv"), key=first_day)}


def _proposed(
    code: str, rules: Sequence[Row], term: str, catalogue: Catalogue, label: str
) -> RowChange | Remark | None:
    names = ", ".join(sorted(rule["cluster"] for rule in rules))
    roles = {rule["role"] for rule in rules}
    if len(roles) > 1:
        return Remark(code, f"Is in clusters that say different things ({names}): not taken.")
    role = roles.pop()
    programmes = frozenset.intersection(*(rule.words("programmes") for rule in rules))
    forms = {rule["form"] for rule in rules if rule["form"]}
    if not programmes and any(rule["programmes"] for rule in rules):
        return Remark(code, f"Is in clusters of different programmes ({names}): not taken.")
    meaning = catalogue.look_up(Coding(_SNOMED, code))
    if meaning.entry is not None:
        return _against(code, meaning.entry, role, programmes, names, label)
    if meaning.kind != "unlisted":
        return Remark(code, f"Our tables take it for no code ({', '.join(meaning.rows) or meaning.kind}): not taken.")
    cells = {"programmes": "|".join(sorted(programmes)), "status": "active", "source": label, "note": _note(names)}
    cells |= {"term": term or f"code {code}"}
    form = forms.pop() if len(forms) == 1 else ""
    if role == "pregnancy":
        return RowChange("context_codes.csv", code, "add", cells | {"code_system": "snomed", "context": "pregnancy"})
    if role == "product":
        return RowChange("products.csv", code, "add", cells | {"form": form})
    more = {"role": role, "pregnancy": "no", "form": form, "order_only": "no"}
    return RowChange("snomed.csv", code, "add", cells | more)


def _note(names: str) -> str:
    return f"clusters: {names}"


def _against(
    code: str, entry: CodeEntry, role: str, programmes: frozenset[str], names: str, label: str
) -> RowChange | Remark | None:
    """A code that the tables have. One that went with an earlier release comes back with this one."""
    if entry.role != role:
        return Remark(code, f"Is {entry.role} in {entry.ref}, and cluster {names} says {role}: our row stands.")
    if programmes and entry.programmes and not programmes & entry.programmes:
        ours = "|".join(sorted(entry.programmes))
        return Remark(code, f"Names {ours} in {entry.ref}, and cluster {names} another programme: our row stands.")
    if entry.note.startswith("clusters: ") and entry.status == "inactive":
        cells = {"status": "active", "source": source_with(entry.source, label), "note": _note(names)}
        return RowChange(entry.file, code, "change", cells)
    return None


def _gone(
    content: Content, claims: Mapping[str, Sequence[Row]], catalogue: Catalogue, label: str
) -> Iterator[RowChange]:
    for entries in catalogue.book.entries.values():
        entry = entries[-1]
        if not entry.note.startswith("clusters: ") or entry.status != "active" or entry.code in claims:
            continue
        if set(entry.note.removeprefix("clusters: ").split(", ")) <= content.clusters.keys():
            cells = {"status": "inactive", "source": source_with(entry.source, label)}
            yield RowChange(entry.file, entry.code, "change", cells)


def _passed_over(content: Content, rules: Mapping[str, Row], catalogue: Catalogue) -> Iterator[Remark]:
    """What a person may want to know of clusters that give nothing."""
    unnamed = sorted(content.clusters.keys() - rules.keys())
    if unnamed:
        yield Remark("", f"{len(unnamed)} clusters have no row in clusters.csv and were passed over.")
    for cluster in sorted(content.clusters.keys() & rules.keys()):
        rule, codes = rules[cluster], content.clusters[cluster]
        entries = {code: catalogue.look_up(Coding(_SNOMED, code)).entry for code in sorted(codes)}
        for code, entry in entries.items():
            if entry and rule["role"] == "none" and _elsewhere(entry, rule):
                ours = "|".join(sorted(entry.programmes))
                yield Remark(code, f"Names {ours} in {entry.ref}, and {cluster} is of another programme.")
        strangers = sum(entry is None for entry in entries.values())
        if rule["role"] == "none" and strangers:
            text = (
                f"{strangers} of {len(codes)} codes of {cluster} are in no table of ours: its membership says nothing."
            )
            yield Remark("", text)


def _elsewhere(entry: CodeEntry, rule: Row) -> bool:
    programmes = rule.words("programmes")
    return bool(programmes and entry.programmes) and not programmes & entry.programmes
