import hashlib
import hmac
import pickle

import pytest
from adapter.fhir.pseudonym import Pseudonym

KEY = b"a key for tests"
PSEUDONYM = Pseudonym(KEY)


def _hmac(text: str) -> str:
    return hmac.new(KEY, text.encode(), hashlib.sha256).hexdigest()


def test_a_patient_is_the_keyed_hash_of_the_digits() -> None:
    assert PSEUDONYM.patient("9990000018") == PSEUDONYM.patient("999 000 0018") == _hmac("9990000018")
    assert PSEUDONYM.patient("9990000018") != Pseudonym(b"another key").patient("9990000018")


def test_a_value_that_holds_an_nhs_number_becomes_the_digest_of_its_bytes() -> None:
    assert PSEUDONYM.mask("RSV-999 000 0018-ü") == "sha256:" + _hmac("RSV-999 000 0018-ü")


def test_any_other_value_stays() -> None:
    assert PSEUDONYM.mask("9990000019") == "9990000019"
    assert PSEUDONYM.mask("") == ""


@pytest.mark.parametrize("length", [0, 1, 32, 63, 64, 65, 200])
def test_it_is_the_standard_hmac_for_a_key_of_any_length(length: int) -> None:
    key = bytes(range(length))
    assert Pseudonym(key).patient("9990000018") == hmac.new(key, b"9990000018", hashlib.sha256).hexdigest()


def test_it_goes_to_another_process() -> None:
    there = pickle.loads(pickle.dumps(PSEUDONYM))  # noqa: S301 - our own
    assert there.patient("9990000018") == PSEUDONYM.patient("9990000018")
