"""Checkpoints: how long the ledger is and what is in it, signed, in a few lines that can leave the database.

The text is a checkpoint of C2SP (tlog-checkpoint) in a signed note (signed-note) with an Ed25519 signature, as
transparency logs write them: origin, number of entries, Merkle root (RFC 9162), a blank line, the signature.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from msgspec import Struct

from adapter.errors import UsageError

PRODUCT = "immunisation-cqrs-adapter"
_ED25519 = b"\x01"
_NOTE = re.compile(r"([^\s+]+)\n([1-9][0-9]{0,18})\n([A-Za-z0-9+/]{43}=)\n\n— ([^\s+]+) ([A-Za-z0-9+/=]+)\n?", re.ASCII)
_LINE = re.compile(r"\s*([^\s+]+) ([1-9][0-9]{0,18}) ([A-Za-z0-9+/]{43}=) ([A-Za-z0-9+/=]+)\s*", re.ASCII)
_KEY = re.compile(r"([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)")


class Checkpoint(Struct, frozen=True):
    """`origin` names the ledger, `size` counts its entries, `root` is the Merkle root over them. `signature` is the
    key's id (4 bytes) and the Ed25519 signature of `body`; the key has the ledger's name.
    """

    origin: str
    size: int
    root: bytes
    signature: bytes = b""

    @property
    def body(self) -> str:
        return f"{self.origin}\n{self.size}\n{_text(self.root)}\n"

    @property
    def note(self) -> str:
        """The lines for a file."""
        return f"{self.body}\n— {self.origin} {_text(self.signature)}\n"

    @property
    def line(self) -> str:
        """The same in one line, for a report."""
        return f"{self.origin} {self.size} {_text(self.root)} {_text(self.signature)}"


def origin_of(first: bytes) -> str:
    """The name of a ledger, from the hash of its first entry: no two have the same."""
    return f"{PRODUCT}/{first.hex()[:16]}"


def signed(key: bytes, origin: str, size: int, root: bytes) -> Checkpoint:
    """`key` is the 32 bytes of an Ed25519 key."""
    private = Ed25519PrivateKey.from_private_bytes(key)
    plain = Checkpoint(origin, size, root)
    signature = key_id(origin, _public(private)) + private.sign(plain.body.encode())
    return Checkpoint(origin, size, root, signature)


def verifier_key(key: bytes, origin: str) -> str:
    """What others check signatures with: name, id and public key, as C2SP writes it."""
    public = _public(Ed25519PrivateKey.from_private_bytes(key))
    return f"{origin}+{key_id(origin, public).hex()}+{_text(_ED25519 + public)}"


def key_id(name: str, public: bytes) -> bytes:
    return hashlib.sha256(f"{name}\n".encode() + _ED25519 + public).digest()[:4]


def read_checkpoint(text: str) -> Checkpoint:
    """From the lines of a file, or the line of a report. Raises UsageError for what is none."""
    found = _NOTE.fullmatch(text) or _LINE.fullmatch(text)
    if found is None:
        raise UsageError("This is no checkpoint: give the file, or the line, that `adapter checkpoint` wrote.")
    parts = found.groups()
    name = parts[3] if len(parts) == 5 else parts[0]
    root, signature = _bytes(parts[2]), _bytes(parts[-1])
    if name != parts[0] or root is None or signature is None:
        raise UsageError("This checkpoint was cut or altered: give the file that `adapter checkpoint` wrote.")
    return Checkpoint(parts[0], int(parts[1]), root, signature)


def is_signed(checkpoint: Checkpoint, verifier: str) -> bool:
    """Whether the holder of the key signed it. Raises UsageError for what is no verifier key."""
    found = _KEY.fullmatch(verifier.strip())
    content = _bytes(found[3]) if found else None
    if found is None or content is None or content[:1] != _ED25519 or len(content) != 33:
        raise UsageError("This is no verifier key: `adapter checkpoint --verifier-key` shows it.")
    id_ = key_id(found[1], content[1:])
    if id_.hex() != found[2] or found[1] != checkpoint.origin or checkpoint.signature[:4] != id_:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(content[1:]).verify(checkpoint.signature[4:], checkpoint.body.encode())
    except InvalidSignature:
        return False
    return True


def _public(private: Ed25519PrivateKey) -> bytes:
    return private.public_key().public_bytes_raw()


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _bytes(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return None
