"""Time stamps by RFC 3161: an authority's signed word that some bytes existed at a time. Asked for and checked here
as bytes; the network is elsewhere (`adapter.feeds.timestamps`).

A checkpoint's own signature is ours: it cannot say when it was made. The stamp is of the checkpoint's file, byte for
byte, so that `openssl ts -verify` checks it as well. Optional: `pip install 'immunisation-cqrs-adapter[timestamp]'`.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography import x509
from msgspec import Struct

from adapter.errors import AdapterError, UsageError

if TYPE_CHECKING:
    from rfc3161_client import TimeStampRequest, TimeStampResponse

_MISSING = "Time stamps need another package: `pip install 'immunisation-cqrs-adapter[timestamp]'`."


class Stamp(Struct, frozen=True):
    """When the authority says the bytes were there (UTC), and who says so, as its certificate names it."""

    when: datetime
    who: str


def stamp_beside(file: Path) -> Path:
    """Where the stamp of a file is kept."""
    return file.with_name(f"{file.name}.tsr")


def request(content: bytes) -> TimeStampRequest:
    """What to ask an authority: the SHA-512 of the content, and a number that its answer must repeat."""
    builder = _library().TimestampRequestBuilder().data(content).nonce(nonce=True).cert_request(cert_request=True)
    asked: TimeStampRequest = builder.build()
    return asked


def answered(asked: TimeStampRequest, content: bytes) -> TimeStampResponse:
    """An authority's answer, if it is one to what was asked. Its signature is not looked at: `checked` does.

    Raises AdapterError for what is no answer, a refusal, and an answer to something else.
    """
    found = _read(content, "The authority did not answer with a time stamp: check its address.")
    if found.status != 0:
        raise AdapterError("The authority refused to stamp the checkpoint: check its address and its terms.")
    info = found.tst_info
    if info.nonce != asked.nonce or info.message_imprint.message != asked.message_imprint.message:
        raise AdapterError("The authority answered to something else: nothing is kept. Try again, or another one.")
    return found


def checked(stamp: bytes, content: bytes, certificates: bytes) -> Stamp:
    """A stamp of this content, signed by an authority whose chain ends in one of these certificates (PEM).

    Needs no network. Raises UsageError for what are no certificates, AdapterError where the stamp is none of them, or
    of other bytes.
    """
    library = _library()
    try:
        trusted = x509.load_pem_x509_certificates(certificates)
    except ValueError:
        raise UsageError("These are no certificates: give the authority's root, as PEM.") from None
    found = _read(stamp, "This is no time stamp: give the .tsr file that `adapter checkpoint --timestamp` wrote.")
    builder = library.VerifierBuilder()
    for one in dict.fromkeys(trusted):
        builder = builder.add_root_certificate(one)
    try:
        builder.build().verify_message(found, content)
    except (library.VerificationError, ValueError):  # the latter for what was damaged inside
        raise AdapterError(
            "The time stamp does not hold: it is of another file, was altered, or is by an authority that these "
            "certificates do not know."
        ) from None
    return Stamp(found.tst_info.gen_time, _signer(found))


def _signer(found: TimeStampResponse) -> str:
    [signer] = found.signed_data.signer_infos
    for one in found.signed_data.certificates:
        certificate = x509.load_der_x509_certificate(one)
        if (certificate.issuer, certificate.serial_number) == (signer.issuer, signer.serial_number):
            return certificate.subject.rfc4514_string()
    return signer.issuer.rfc4514_string()


def _read(content: bytes, otherwise: str) -> TimeStampResponse:
    library = _library()
    try:
        found: TimeStampResponse = library.decode_timestamp_response(content)
        if found.status == 0:
            _ = found.tst_info.message_imprint, found.signed_data  # what cannot be read in full is none
    except ValueError:
        raise AdapterError(otherwise) from None
    return found


def _library() -> Any:
    try:
        import rfc3161_client
    except ImportError:
        raise AdapterError(_MISSING) from None
    return rfc3161_client
