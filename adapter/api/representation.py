"""A resource as it is shown: what its source sent, member by member to the byte, under our id and version.

FHIR wants a server's own `id`, `meta.versionId` and `meta.lastUpdated` in what it shows. Nothing else is changed, moved
within its member, or written anew, so that a decimal keeps its zeros. The bytes as they came are what a trace shows.
"""

from __future__ import annotations

import msgspec

from adapter.store.resources import Edition

_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_MARK = b"\xef\xbb\xbf"


def shown(verbatim: bytes, id_: str, edition: Edition) -> bytes:
    """JSON with `resourceType`, `id` and `meta` first, then what was sent, in its order."""
    members = _MEMBERS.decode(verbatim.removeprefix(_MARK))
    sent = members.get("meta")
    meta = _MEMBERS.decode(sent) if sent else {}
    meta["versionId"] = msgspec.Raw(msgspec.json.encode(str(edition.number)))
    meta["lastUpdated"] = msgspec.Raw(msgspec.json.encode(edition.stored.isoformat(timespec="microseconds")))
    ours = {
        "resourceType": members["resourceType"],
        "id": msgspec.Raw(msgspec.json.encode(id_)),
        "meta": msgspec.Raw(msgspec.json.encode(meta)),
    }
    return msgspec.json.encode(ours | {name: each for name, each in members.items() if name not in ours})
