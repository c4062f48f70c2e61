"""Mutual TLS: a real handshake, with certificates made for the test, against a server that wants ours."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import trustme
from adapter.errors import KeyFault
from adapter.feeds.pull import pull
from adapter.feeds.source_failed import SourceFailed
from adapter.feeds.source_kinds import Search, Tls, Waiting
from adapter.store.store import Store, open_store

from sending import database_settings, encoded, immunization, shared_reader


class Handler(BaseHTTPRequestHandler):
    """Has one record, for those who are let in."""

    seen: list[object]

    def log_message(self, *_: object) -> None:
        """Silence."""

    def do_GET(self) -> None:
        assert isinstance(self.connection, ssl.SSLSocket)
        self.seen.append(dict(self.connection.getpeercert() or {}).get("subjectAltName"))
        content = encoded({"resourceType": "Bundle", "entry": [{"resource": immunization("v1")}]})
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


class Server(HTTPServer):
    """Silent about those that are not let in."""

    def handle_error(self, request: object, client_address: object) -> None:
        """They are refused on purpose."""


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def url(authority: trustme.CA) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    Handler.seen = []
    with Server(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        serving = threading.Thread(target=server.serve_forever, args=(0.05,))
        serving.start()
        try:
            yield f"https://localhost:{server.server_address[1]}"
        finally:
            server.shutdown()
            serving.join()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    settings = database_settings(tmp_path)
    with open_store(settings.database_url, settings) as opened:
        yield opened


def tls(folder: Path, authority: trustme.CA, ours: trustme.CA | None) -> Tls:
    """We trust the one, and show a certificate of the other."""
    authority.cert_pem.write_to_path(folder / "ca.pem")
    if ours is None:
        return Tls(ca_file=str(folder / "ca.pem"))
    shown = ours.issue_cert("adapter.example")
    shown.cert_chain_pems[0].write_to_path(folder / "certificate.pem")
    shown.private_key_pem.write_to_path(folder / "key.pem")
    return Tls(
        ca_file=str(folder / "ca.pem"),
        certificate_file=str(folder / "certificate.pem"),
        key_file=str(folder / "key.pem"),
    )


def test_with_a_certificate_of_its_authority_we_are_let_in(
    store: Store, url: str, tmp_path: Path, authority: trustme.CA
) -> None:
    source = Search(url=url, tls=tls(tmp_path, authority, authority), waiting=Waiting(attempts=1))
    assert pull(store, "trust", source, {}, reading=shared_reader()).figures.new == 1
    assert Handler.seen == [(("DNS", "adapter.example"),)]


def test_without_one_or_with_that_of_another_we_are_not(
    store: Store, url: str, tmp_path: Path, authority: trustme.CA
) -> None:
    for ours in (None, trustme.CA()):
        source = Search(url=url, tls=tls(tmp_path, authority, ours), waiting=Waiting(attempts=1))
        with pytest.raises(SourceFailed, match="could not be reached"):
            pull(store, "trust", source, {}, reading=shared_reader())
    assert Handler.seen == []


def test_a_server_that_another_authority_vouches_for_is_not_believed(
    store: Store, url: str, tmp_path: Path, authority: trustme.CA
) -> None:
    source = Search(url=url, tls=tls(tmp_path, trustme.CA(), authority), waiting=Waiting(attempts=1))
    with pytest.raises(SourceFailed, match="could not be reached"):
        pull(store, "trust", source, {}, reading=shared_reader())
    assert Handler.seen == []


def test_a_key_that_is_not_the_certificates_is_told(
    store: Store, url: str, tmp_path: Path, authority: trustme.CA
) -> None:
    said = tls(tmp_path, authority, authority)
    authority.issue_cert("other.example").private_key_pem.write_to_path(tmp_path / "key.pem")
    with pytest.raises(KeyFault, match=r"feeds\.trust\.tls"):
        pull(store, "trust", Search(url=url, tls=said), {}, reading=shared_reader())
