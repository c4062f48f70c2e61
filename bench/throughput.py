"""Ingest and run against what bounds them, side by side in one session on the same file.

    python bench/throughput.py [--records 20000]

Each figure is a ratio to validation by `fhir.resources` alone on one process, since machines differ and this one is
noisy. The counts are checked against the generator's own truth every time: a fast wrong count is no result.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from adapter.cli.ingest import take_all
from adapter.organisations.parse import parse
from adapter.organisations.release import Release, encode
from adapter.runs.reconciliation import Parameters, reconcile
from adapter.settings import Settings
from adapter.store.store import open_store
from fhir.resources.R4B.immunization import Immunization

ODS = "https://fhir.nhs.uk/Id/ods-organization-code"
PROCEDURE = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-VaccinationProcedure"


def nhs_number(ordinal: int) -> str:
    """The n-th valid number of the 999 test range."""
    for digits in (str(999_000_000 + ordinal * 11 + step) for step in range(11)):
        check = 11 - sum(int(digit) * (10 - place) for place, digit in enumerate(digits)) % 11
        if check != 10:
            return digits + str(check % 11)
    raise AssertionError


def record(number: int) -> dict[str, object]:
    """An own dose of RSV vaccine for an older adult; every fifth was given by the trust."""
    performer = "RVV" if number % 5 == 0 else "D83013"
    return {
        "resourceType": "Immunization",
        "contained": [
            {
                "resourceType": "Patient",
                "id": "p",
                "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": nhs_number(number)}],
                "gender": "female",
                "birthDate": "1946-02-28",
            }
        ],
        "extension": [
            {
                "url": PROCEDURE,
                "valueCodeableConcept": {"coding": [{"system": "http://snomed.info/sct", "code": "1303503001"}]},
            }
        ],
        "identifier": [{"system": "https://EMISWeb/D83013", "value": f"v-{number}"}],
        "status": "completed",
        "vaccineCode": {"coding": [{"system": "http://snomed.info/sct", "code": "42223111000001107"}]},
        "patient": {"reference": "#p"},
        "occurrenceDateTime": f"2024-{10 + number % 3:02}-{1 + number % 28:02}T10:00:00+00:00",
        "recorded": f"2024-{10 + number % 3:02}-{1 + number % 28:02}",
        "primarySource": True,
        "lotNumber": f"L{number % 500}",
        "performer": [{"actor": {"type": "Organization", "identifier": {"system": ODS, "value": performer}}}],
        "protocolApplied": [
            {
                "targetDisease": [{"coding": [{"system": "http://snomed.info/sct", "code": "55735004"}]}],
                "doseNumberPositiveInt": 1,
            }
        ],
    }


def truth(records: int) -> dict[str, int]:
    """What the practice gave, by month."""
    return dict(Counter(f"2024-{10 + number % 3:02}" for number in range(records) if number % 5))


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def directory() -> list[tuple[bytes, Release]]:
    def row(code: str, setting: str = "") -> str:
        cells = [""] * 27
        cells[0], cells[1], cells[10], cells[12], cells[25] = code, "INVENTED", "19740401", "A", setting
        return ",".join(cells)

    files = {"epraccur.csv": row("D83013", "4").encode(), "etr.csv": row("RVV").encode()}
    parsed = [(content, parse(content, name)) for name, content in files.items()]
    return [(content, release) for content, release in parsed if isinstance(release, Release)]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--records", type=int, default=20_000)
    records: int = options.parse_args().records
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "load.ndjson"
        file.write_bytes(b"".join(json.dumps(record(number)).encode() + b"\n" for number in range(records)))
        lines = file.read_bytes().splitlines()
        settings = Settings(f"sqlite:///{folder / 'bench.sqlite3'}", folder, patient_key=bytes(range(32)))
        with open_store(settings.database_url, settings) as store:
            for content, release in directory():
                store.ods_releases.add(content, release.kind, encode(release))
            store.feeds.remember("gp", "D83013")
            seconds = {
                "parse and SHA-256 of each line": timed(
                    lambda: [(json.loads(line), hashlib.sha256(line).digest()) for line in lines]
                ),
                "fhir.resources alone": timed(
                    lambda: [Immunization.model_validate(json.loads(line)) for line in lines]
                ),
                "ingest, durable, with provenance": timed(lambda: take_all(store, "gp", [file])),
                "first run": timed(lambda: reconcile(store, Parameters("2024-10", "2024-12"))),
                "run again, nothing changed": timed(lambda: reconcile(store, Parameters("2024-10", "2024-12"))),
            }
            counts = {one.period: one.value for one in store.runs.achievements(store.runs.found())}
    if counts != truth(records):
        raise SystemExit(f"The counts are wrong: {counts}, and the truth is {truth(records)}.")
    authority = seconds["fhir.resources alone"]
    print(f"{records} records, one process; the counts agree with the generator's truth")
    print(f"{'what':36} {'records/s':>10} {'x fhir.resources':>17}")
    for what, spent in seconds.items():
        print(f"{what:36} {records / spent:>10,.0f} {authority / spent:>17.2f}")


if __name__ == "__main__":
    main()
