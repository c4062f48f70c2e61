"""A checkpoint stamped by an authority (openssl, behind a socket), and what becomes of one that answers wrongly."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from adapter.store.store import Store
from calling import Adapter
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is the authority of these tests")

CONFIG = """
[tsa]
default_tsa = own
[own]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
ess_cert_id_alg = sha256
"""
Answer = Callable[[bytes], tuple[int, bytes]]


class Authority:
    """A socket that answers to stamp requests, rightly unless told otherwise."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.asked = folder, list[bytes]()
        self.answer: Answer = self.rightly
        (folder / "serial").write_text("01")
        (folder / "openssl.cnf").write_text(CONFIG.format(folder=folder))
        _certificates(folder, "An invented authority")
        own = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = self.rfile.read(int(self.headers["Content-Length"]))
                own.asked.append(asked)
                status, content = own.answer(asked)
                self.send_response(status)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/tsr"

    def rightly(self, asked: bytes) -> tuple[int, bytes]:
        (self.folder / "asked").write_bytes(asked)
        self.openssl("-reply", "-queryfile", "asked", "-out", "stamp")
        return 200, (self.folder / "stamp").read_bytes()

    def to_something_else(self, *what: str) -> Answer:
        """A sound stamp, for a request of another content or another number."""

        def answer(_: bytes) -> tuple[int, bytes]:
            self.openssl("-query", *what, "-cert", "-out", "other")
            return self.rightly((self.folder / "other").read_bytes())

        return answer

    def openssl(self, *arguments: str) -> None:
        own = ["-config", "openssl.cnf", "-section", "own"] if "-reply" in arguments else []
        subprocess.run(["openssl", "ts", *arguments, *own], cwd=self.folder, check=True, capture_output=True)


def _certificates(folder: Path, name: str) -> None:
    """A root, and the authority's own, each in a file."""
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
    names = [x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, one)]) for one in (f"{name}, root", name)]
    for place, (key, subject) in enumerate(zip(keys, names, strict=True)):
        made = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(names[0])
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(datetime.now(UTC) - timedelta(days=1))
            .not_valid_after(datetime.now(UTC) + timedelta(days=30))
            .add_extension(x509.BasicConstraints(ca=not place, path_length=None), critical=True)
        )
        if place:
            stamping = x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.TIME_STAMPING])
            made = made.add_extension(stamping, critical=True)
        certificate = made.sign(keys[0], hashes.SHA256())
        (folder / ("tsa.pem" if place else "root.pem")).write_bytes(certificate.public_bytes(Encoding.PEM))
    private = keys[1].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "tsa.key").write_bytes(private)


@pytest.fixture
def database_url(migrated_file: Path, tmp_path: Path) -> str:
    """SQLite alone: nothing of this touches the database."""
    shutil.copyfile(migrated_file, tmp_path / "adapter.sqlite3")
    return f"sqlite:///{tmp_path / 'adapter.sqlite3'}"


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[Authority]:
    (tmp_path / "authority").mkdir()
    made = Authority(tmp_path / "authority")
    thread = threading.Thread(target=made.server.serve_forever)
    thread.start()
    try:
        yield made
    finally:
        made.server.shutdown()
        thread.join()
        made.server.server_close()


def test_a_checkpoint_is_stamped_and_its_stamp_checked_without_the_network(
    adapter: Adapter, store: Store, authority: Authority, tmp_path: Path
) -> None:
    store.feeds.remember("first")
    file, root = tmp_path / "checkpoint", authority.folder / "root.pem"
    assert adapter("checkpoint", "--out", file, "--timestamp", authority.url) == (0, "", "")
    stamp = tmp_path / "checkpoint.tsr"
    [asked] = authority.asked
    assert file.read_bytes() not in asked
    authority.server.shutdown()
    code, out, _ = adapter("verify", "--checkpoint", file, "--tsa-certificate", root)
    assert (code, "UTC, says CN=An invented authority" in out) == (0, True)
    code, out, _ = adapter("proof", "--consistency", file, "--tsa-certificate", root)
    assert (code, json.loads(out)["old_checkpoint_stamped"]["who"]) == (0, "CN=An invented authority")
    authority.openssl("-verify", "-data", str(file), "-in", str(stamp), "-CAfile", "root.pem")
    whole = stamp.read_bytes()
    for place in range(40, len(whole), 97):
        stamp.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        code, _, said = adapter("verify", "--checkpoint", file, "--tsa-certificate", root)
        assert code == 1, place
        assert "stamp" in said, place
    stamp.write_bytes(whole)
    store.feeds.remember("second")
    (tmp_path / "later").write_text(adapter("checkpoint")[1])
    shutil.copyfile(stamp, tmp_path / "later.tsr")
    code, _, said = adapter("verify", "--checkpoint", tmp_path / "later", "--tsa-certificate", root)
    assert (code, "of another file" in said) == (1, True)
    (authority.folder / "others").mkdir()
    _certificates(authority.folder / "others", "Another authority")
    code, _, said = adapter("verify", "--checkpoint", file, "--tsa-certificate", authority.folder / "others/root.pem")
    assert (code, "certificates do not know" in said) == (1, True)


def test_an_authority_that_answers_wrongly_leaves_nothing_behind(
    adapter: Adapter, authority: Authority, tmp_path: Path
) -> None:
    right = authority.rightly
    other = authority.folder / "other content"
    other.write_text("something else")
    wrong: dict[str, tuple[Answer, str]] = {
        "out of order": (lambda asked: (503, b"later"), "answered 503"),
        "not there": (lambda asked: (404, b""), "answered 404"),
        "elsewhere": (lambda asked: (302, b""), "answered 302"),
        "garbage": (lambda asked: (200, b"<html>welcome</html>"), "did not answer with a time stamp"),
        "nothing": (lambda asked: (200, b""), "did not answer with a time stamp"),
        "half": (lambda asked: (200, right(asked)[1][:200]), "did not answer with a time stamp"),
        "too much": (lambda asked: (200, bytes(2 << 20)), "far too much"),
        "a refusal": (lambda asked: right(b"no request"), "refused to stamp"),
        "another content": (authority.to_something_else("-data", "other content", "-sha512"), "to something else"),
        "another number": (authority.to_something_else("-digest", "00" * 64, "-sha512"), "to something else"),
    }
    for name, (answer, says) in wrong.items():
        authority.answer = answer
        code, out, said = adapter("checkpoint", "--out", tmp_path / "checkpoint", "--timestamp", authority.url)
        assert (code, out, said.count("\n")) == (1, "", 1), name
        assert says in said, name
        assert not (tmp_path / "checkpoint").exists(), name
        assert not (tmp_path / "checkpoint.tsr").exists(), name


def test_a_replayed_answer_is_none(adapter: Adapter, authority: Authority, tmp_path: Path) -> None:
    """The same content, stamped for an earlier request: only the number tells."""
    call = ("checkpoint", "--out", tmp_path / "checkpoint", "--timestamp", authority.url)
    assert adapter(*call)[0] == 0
    earlier = (tmp_path / "checkpoint.tsr").read_bytes()
    authority.answer = lambda asked: (200, earlier)
    code, _, said = adapter(*call)
    assert (code, "to something else" in said) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("checkpoint", "--timestamp", "http://127.0.0.1:9/"), 2),
        (("checkpoint", "--out", "FOLDER/x", "--timestamp", "ftp://somewhere"), 2),
        (("checkpoint", "--out", "FOLDER/x", "--timestamp", "http://127.0.0.1:9/"), 1),
        (("verify", "--tsa-certificate", "FOLDER/x"), 2),
        (("proof", "abcd", "--tsa-certificate", "FOLDER/x"), 2),
        (("verify", "--checkpoint", "FOLDER/x", "--tsa-certificate", "FOLDER/x"), 1),
    ],
)
def test_what_cannot_be_stamped_is_said(
    adapter: Adapter, tmp_path: Path, arguments: tuple[str, ...], code: int
) -> None:
    found, out, said = adapter(*(one.replace("FOLDER", str(tmp_path)) for one in arguments))
    assert (found, out, said.count("\n")) == (code, "", 1)
