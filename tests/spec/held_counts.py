"""What keeps a count from being paid before somebody has looked."""

from __future__ import annotations

from adapter.achievement.holds import holds_of
from adapter.achievement.tally import end_of
from case import Chapter, Rule
from msgspec import Struct
from small_england import catalogue


class Held(Struct, frozen=True):
    """The values of a practice's counts of one programme and month, by indicator, and the holds on them."""

    says: str
    programme: str
    period: str
    values: dict[str, int]
    holds: tuple[str, ...]

    def lines(self) -> list[str]:
        told = ", ".join(f"{indicator} {value}" for indicator, value in self.values.items())
        answer = f"**held**: {' and '.join(self.holds)}" if self.holds else "**ready**"
        return [f"{self.programme}, {self.period}: {told} → {answer}"]

    def faults(self) -> list[str]:
        found = holds_of(
            self.programme,
            self.period,
            end_of(self.period),
            self.values,
            catalogue().holds,
            catalogue().incidents,
        )
        return [] if found == self.holds else [f"{self.says} Held by {found or 'nothing'}."]


FIVE = (
    ("hepb-at-risk", "Hepatitis B at risk", "LOCAL-HEPB-BIRTH"),
    ("hpv", "HPV", "HPV003"),
    ("menacwy", "MenACWY", "MACWY04"),
    ("pertussis", "Pertussis", "PT001"),
    ("rsv-pregnant", "RSV in pregnancy", "RSVP001"),
)
OTHERS = tuple(key for key in dict.fromkeys(one.public for one in catalogue().programmes.values()) if key)
UNHELD = tuple(key for key in OTHERS if key not in {programme for programme, _, _ in FIVE})

THRESHOLD = Rule(
    "Threshold",
    (
        "`threshold`",
        "value 5 or more for a practice and month in HepB at-risk, HPV, MenACWY, Pertussis, RSV Pregnant Women",
        "NHS England London; other regions (not public)",
    ),
    (
        *(Held(f"{name}: five.", key, "2025-05", {one: 5}, ("threshold",)) for key, name, one in FIVE),
        *(Held(f"{name}: four.", key, "2025-05", {one: 4}, ()) for key, name, one in FIVE),
        Held(
            "Two indicators that reach five together: whether they are summed is not public, so either holds.",
            "hpv",
            "2025-05",
            {"HPV003": 2, "HPV004": 3},
            ("threshold",),
        ),
        Held("Together four.", "hpv", "2025-05", {"HPV003": 2, "HPV004": 2}, ()),
        *(Held(f"No threshold: {key}.", key, "2025-05", {"any": 500}, ()) for key in UNHELD),
    ),
)

INCIDENT = Rule(
    "Incident",
    ("`incident`", "programme and month named in an open incident", "autumn 2024"),
    (
        *(
            Held(f"Pertussis, {month}.", "pertussis", month, {"PT001": 1}, ("incident",))
            for month in ("2024-09", "2024-10")
        ),
        *(Held(f"Pertussis, {month}.", "pertussis", month, {"PT001": 1}, ()) for month in ("2024-08", "2024-11")),
        *(
            Held(f"RSV in pregnancy, {month}.", "rsv-pregnant", month, {"RSVP001": 1}, ("incident",))
            for month in ("2024-09", "2024-10", "2024-11", "2024-12")
        ),
        Held("RSV in pregnancy, 2025-01.", "rsv-pregnant", "2025-01", {"RSVP001": 1}, ()),
        Held("Influenza was not affected.", "seasonal-flu", "2024-10", {"LOCAL-FLU": 100}, ()),
        Held("RSV for older adults was not named.", "rsv-older", "2024-10", {"RSV003": 100}, ()),
        Held("Both at once.", "pertussis", "2024-09", {"PT001": 7}, ("incident", "threshold")),
        Held(
            "A count of nothing in such a month is held as well.", "pertussis", "2024-10", {"PT001": 0}, ("incident",)
        ),
    ),
)

HOLDS = Chapter(
    "Holds",
    "A hold keeps a count; it changes no decision. Released by a note on the declaration that the records were "
    "checked and the doses were given in the practice.",
    ("hold", "when", "source"),
    (THRESHOLD, INCIDENT),
)
