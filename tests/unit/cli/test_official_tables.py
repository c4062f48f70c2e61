"""`adapter mappings import`: shown first, in force from the next run on where it is applied, and taken back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from adapter.normalise.reference_set import COLUMNS
from adapter.normalise.rf2 import ASSOCIATION, CONCEPT
from adapter.runs.reconciliation import Parameters, reconcile
from adapter.runs.ruleset import catalogue_in_force
from adapter.store.store import Store
from calling import Adapter

DRUG, MATERNAL, HEIR, SECOND = "999000111000000102", "956951000000104", "999000331000000108", "999000441000000105"
PARAMETERS = Parameters("2024-09", "2024-09")


@pytest.fixture
def content(tmp_path: Path) -> Path:
    file = tmp_path / "content.csv"
    file.write_text(f"{','.join(COLUMNS)}\nFLUDRUG_COD,d,{DRUG},a vaccine,^1,r\nFLU_COD,d,{HEIR},x,^2,r\n", "utf-8")
    return file


@pytest.fixture
def snapshot(tmp_path: Path) -> list[Path]:
    concepts, links = tmp_path / "concepts.txt", tmp_path / "associations.txt"
    concepts.write_text("\t".join(CONCEPT) + f"\n{MATERNAL}\t20240401\t0\tm\td\n", "utf-8")
    row = f"u\t20240401\t1\tm\t900000000000526001\t{MATERNAL}\t{HEIR}\n"
    links.write_text("\t".join(ASSOCIATION) + "\n" + row, "utf-8")
    return [concepts, links]


def test_nothing_takes_effect_without_apply(adapter: Adapter, store: Store, content: Path) -> None:
    before = catalogue_in_force(store.mapping_releases.in_force()).digest
    code, out, _ = adapter("mappings", "import", "pcd-refset", content)
    assert code == 0
    assert DRUG in out
    assert "1 rows added, 0 removed, 0 changed; 1 codes would become payable" in out
    assert "1 of 1 codes of FLU_COD are in no table" in out
    assert "Nothing of it is in force" in out
    assert store.mapping_releases.listed() == []
    assert catalogue_in_force(store.mapping_releases.in_force()).digest == before


def test_a_run_says_which_release_decided(adapter: Adapter, store: Store, content: Path) -> None:
    first = reconcile(store, PARAMETERS).run
    assert "Kept as release 1" in adapter("mappings", "import", "pcd-refset", content, "--apply")[1]
    release = store.mapping_releases.listed()[0]
    second = reconcile(store, PARAMETERS).run
    assert second.ruleset_files == {**first.ruleset_files, "release 0001 pcd-refset": release.overlay.digest}
    assert second.ruleset_digest != first.ruleset_digest
    assert second.id != first.id
    assert DRUG in adapter("mappings", "show", DRUG)[1]
    assert "vaccine product" in adapter("mappings", "show", DRUG)[1]
    assert adapter("mappings", "releases", "--withdraw", 1)[0] == 0
    third = reconcile(store, PARAMETERS).run
    assert third.ruleset_digest == first.ruleset_digest
    assert third.id == first.id


def test_the_same_release_again_is_not_kept_twice(adapter: Adapter, store: Store, content: Path) -> None:
    adapter("mappings", "import", "pcd-refset", content, "--apply")
    assert "nothing to keep" in adapter("mappings", "import", "pcd-refset", content, "--apply")[1]
    assert len(store.mapping_releases.listed()) == 1


def test_a_snapshot_is_read_line_by_line(adapter: Adapter, store: Store, snapshot: list[Path]) -> None:
    code, out, _ = adapter("mappings", "import", "rf2", *snapshot, "--format", "ndjson")
    lines = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert {line["code"]: line["effect"] for line in lines if "effect" in line} == {
        MATERNAL: "",
        HEIR: "would become payable",
    }
    assert lines[-1] == {"release": None, "digest": None}
    out = adapter("mappings", "import", "rf2", *snapshot, "--format", "ndjson", "--apply")[1]
    release = store.mapping_releases.listed()[0]
    assert json.loads(out.splitlines()[-1]) == {"release": 1, "digest": release.overlay.digest}
    assert len(release.overlay.files) == 2
    assert release.overlay.label == "SNOMED CT RF2 snapshot 20240401"


def test_a_hierarchy_and_an_export(adapter: Adapter, store: Store, tmp_path: Path) -> None:
    file = tmp_path / "products.csv"
    file.write_text(f"code,level,parent,term\n{DRUG},AMPP,7374311000001101,ten\n", "utf-8")
    assert adapter("mappings", "export", tmp_path / "before")[0] == 0
    assert adapter("mappings", "import", "dmd", file, "--apply")[0] == 0
    assert adapter("mappings", "export", tmp_path / "after")[0] == 0
    assert "nothing to keep" in adapter("mappings", "import", "fhir", tmp_path / "after", "--apply")[1]
    out = adapter("mappings", "import", "fhir", tmp_path / "before")[1]
    assert "0 rows added, 1 removed, 0 changed" in out
    assert "1 would stop being payable" in out
    assert len(store.mapping_releases.listed()) == 1


def test_releases_are_taken_back_by_their_number(
    adapter: Adapter, store: Store, tmp_path: Path, snapshot: list[Path]
) -> None:
    adapter("mappings", "import", "rf2", *snapshot, "--apply")
    file = tmp_path / "associations.txt"
    file.write_text("\t".join(ASSOCIATION) + f"\nu\t20250401\t1\tm\t900000000000526001\t{HEIR}\t{SECOND}\n", "utf-8")
    concepts = tmp_path / "concepts.txt"
    concepts.write_text("\t".join(CONCEPT) + f"\n{HEIR}\t20250401\t0\tm\td\n", "utf-8")
    assert adapter("mappings", "import", "rf2", concepts, file, "--apply")[0] == 0
    assert len(store.mapping_releases.in_force()) == 2
    assert adapter("mappings", "releases", "--withdraw", 2)[0] == 0
    assert adapter("mappings", "releases", "--withdraw", 2)[0] == 1
    assert adapter("mappings", "releases", "--withdraw", 9)[0] == 1
    listed = store.mapping_releases.listed()
    assert [release.withdrawn is None for release in listed] == [True, False]


def test_a_release_that_another_one_builds_on_stays(
    adapter: Adapter, store: Store, snapshot: list[Path], tmp_path: Path
) -> None:
    """The second one replaces a code of our own by one that only the first one brought."""
    adapter("mappings", "import", "rf2", *snapshot, "--apply")
    concepts, links = snapshot
    other = "170328005"
    concepts.write_text("\t".join(CONCEPT) + f"\n{other}\t20250401\t0\tm\td\n", "utf-8")
    row = f"u\t20250401\t1\tm\t900000000000526001\t{other}\t{HEIR}\n"
    links.write_text("\t".join(ASSOCIATION) + "\n" + row, "utf-8")
    assert adapter("mappings", "import", "rf2", *snapshot, "--apply")[0] == 0
    code, _, error = adapter("mappings", "releases", "--withdraw", 1)
    assert code == 1
    assert "withdraw that one first" in error
    assert [adapter("mappings", "releases", "--withdraw", number)[0] for number in (2, 1)] == [0, 0]
    assert store.mapping_releases.in_force() == ()


def test_faults_are_told_by_file_and_line_and_nothing_is_taken(
    adapter: Adapter, store: Store, content: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "rounded.csv"
    bad.write_text(content.read_text("utf-8").replace(DRUG, "999000111000000103"), "utf-8")
    code, out, error = adapter("mappings", "import", "pcd-refset", content, bad, "--apply")
    assert code == 1
    assert out.startswith("file 2:2 SNOMED_code: The check digit is wrong")
    assert error == "adapter: 1 faults, listed above. The files cannot be used: nothing is taken.\n"
    assert store.mapping_releases.listed() == []
    assert adapter("mappings", "import", "rf2", content)[0] == 1
    for kind in ("rf2", "dmd"):
        assert adapter("mappings", "import", kind, tmp_path / "nowhere")[::2] == (
            1,
            "adapter: File 1 cannot be read: No such file or directory.\n",
        )
    assert adapter("mappings", "import", "other", content)[0] == 2


def test_an_import_that_would_break_the_tables_is_refused(adapter: Adapter, tmp_path: Path, store: Store) -> None:
    adapter("mappings", "export", tmp_path / "export")
    file = tmp_path / "export" / "ConceptMap-code-to-programme.json"
    file.write_text(file.read_text("utf-8").replace('"menb"', '"no-such"'), "utf-8")
    code, out, error = adapter("mappings", "import", "fhir", tmp_path / "export", "--apply")
    assert code == 1
    assert "no-such" in out
    assert "would not be sound" in error
    assert store.mapping_releases.listed() == []


def test_a_look_at_the_tables_makes_no_database(
    adapter: Adapter, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ADAPTER_DATABASE_URL", f"sqlite:///{tmp_path / 'new' / 'none.sqlite3'}")
    assert adapter("mappings", "show", MATERNAL)[0] == 0
    assert not (tmp_path / "new").exists()
