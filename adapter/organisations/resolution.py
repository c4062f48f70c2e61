"""What a code as sent turned out to be on a day."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Kind = Literal["practice", "other-provider", "care-home", "school", "not-provider", "unknown", "ambiguous", "absent"]


class Resolution(Struct, frozen=True):
    """`code` is the code as sent, "" where none could be read or where it may name a person; `organisation` the one
    that it rolls up to (a branch's practice, a site's trust, a successor), "" where it leads to none; `practice` the
    GP practice's own code where `kind` is `practice`, else "".

    `path` names the rows of the directory that decided, in order: codes, roles, relationships and dates, such as
    `RVVKC RE6 RVV 1999-04-01..`. Never a name.
    """

    kind: Kind
    code: str = ""
    organisation: str = ""
    practice: str = ""
    path: tuple[str, ...] = ()
