"""An invented England: practices, hospital trusts, pharmacies and school services, the feeds they send by, and the
directory files that say who is who.

Codes have the forms of real ones and begin as no real one does, as far as is known. Two practices in five send STU3
with GMS markers, the others R4 without; every third has a branch whose code it sometimes sends.
"""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

STU3_OF_FIVE = (1, 3)
BRANCH_OF = 3


class Feed(Struct, frozen=True):
    """A source: `practice` is "" for a point-of-care feed; `stu3` feeds declare GMS markers."""

    name: str
    practice: str
    stu3: bool


class England(Struct, frozen=True):
    """Who there is. `feeds` are the practices' in their order, then the trusts', the pharmacies' and the schools'."""

    practices: tuple[str, ...]
    trusts: tuple[str, ...]
    pharmacies: tuple[str, ...]
    schools: tuple[str, ...]
    feeds: tuple[Feed, ...]

    def branch(self, practice: int) -> str:
        """The code of a practice's branch, "" where it has none."""
        return f"{self.practices[practice]}001" if practice % BRANCH_OF == 0 else ""

    def feed_of_trust(self, trust: int) -> int:
        return len(self.practices) + trust

    @property
    def pharmacy_feed(self) -> int:
        return len(self.practices) + len(self.trusts)

    @property
    def school_feed(self) -> int:
        return self.pharmacy_feed + 1


def england(practices: int) -> England:
    """An England of this many practices (at most 9,000), with a trust for every 10 of them."""
    codes = tuple(f"Z{10_001 + number}" for number in range(practices))
    trusts = tuple(f"R{number:02}" for number in range(1, 2 + min(70, practices // 10)))
    schools = tuple(f"R{number}" for number in range(90, 91 + min(9, practices // 100)))
    pharmacies = tuple(f"FZ{number:03}" for number in range(1, 2 + min(998, practices)))
    feeds = (
        *(Feed(f"gp-{code}", code, number % 5 in STU3_OF_FIVE) for number, code in enumerate(codes)),
        *(Feed(f"trust-{code}", "", False) for code in trusts),
        Feed("pharmacies", "", False),
        Feed("schools", "", False),
    )
    return England(codes, trusts, pharmacies, schools, feeds)


def write_directory(folder: Path, said: England) -> list[Path]:
    """The ODS reports of it, under the names by which they are known."""
    folder.mkdir(parents=True, exist_ok=True)
    branches = [said.branch(number) for number in range(len(said.practices))]
    reports = {
        "epraccur.csv": [_row(code, setting="4") for code in said.practices],
        "ebranchs.csv": [_row(code, parent=code[:6]) for code in branches if code],
        "etr.csv": [_row(code) for code in (*said.trusts, *said.schools)],
        "ets.csv": [_row(f"{code}01", parent=code) for code in said.trusts],
        "edispensary.csv": [_row(code) for code in said.pharmacies],
    }
    files = []
    for name, rows in reports.items():
        files.append(folder / name)
        files[-1].write_text("\n".join(rows) + "\n", "utf-8")
    return files


def _row(code: str, parent: str = "", setting: str = "") -> str:
    cells = [""] * 27
    cells[0], cells[1], cells[10], cells[12], cells[14], cells[25] = code, "INVENTED", "19740401", "A", parent, setting
    return ",".join(cells)
