"""A practice's return over HTTP is the one of the command line."""

from __future__ import annotations

from adapter.achievement import return_page
from adapter.runs.returns import return_of
from adapter.store.store import open_store

from serving import Client

KINDS = {"html": "text/html", "pdf": "application/pdf", "text": "text/plain"}
REFUSED = {
    "/returns/A99999": 404,
    "/returns/D83013?period=2030-01": 400,
    "/returns/D83013?period=soon": 400,
    "/returns/..%20": 400,
    "/returns/D83013?run=ffff": 404,
}


def test_a_return_is_a_page_a_document_or_text(filled: Client) -> None:
    answers = {form: filled.ask("GET", f"/returns/d83013?format={form}", "counts:read") for form in KINDS}
    assert {form: answer.headers["content-type"].partition(";")[0] for form, answer in answers.items()} == KINDS
    assert {answer.status_code for answer in answers.values()} == {200}
    assert answers["html"].headers["content-security-policy"].startswith("default-src 'none'")
    with open_store(filled.settings.database_url, filled.settings) as store:
        one = return_of(store, store.runs.found(), None, "D83013", None)
    assert answers["text"].text == return_page.text(one)
    assert {path: filled.ask("GET", path, "counts:read").status_code for path in REFUSED} == REFUSED
