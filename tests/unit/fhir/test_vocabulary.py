import pytest
from adapter.fhir import vocabulary
from adapter.fhir.vocabulary import Vocabulary


def test_what_was_learned_is_known() -> None:
    known: Vocabulary[str] = Vocabulary()
    assert known.get(("a", "b")) is None
    assert known.learn(("a", "b"), "made") == "made"
    assert known.get(("a", "b")) == "made"


def test_an_nhs_number_is_never_remembered() -> None:
    known: Vocabulary[str] = Vocabulary()
    assert known.learn(("https://a/", "x 999 000 0018"), "made") == "made"
    assert known.learn(("urn:nhs:9990000018",), "made") == "made"
    assert not known


def test_it_never_grows_beyond_its_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabulary, "_MOST", 3)
    known: Vocabulary[int] = Vocabulary()
    for number in range(10):
        known.learn((str(number),), number)
        assert len(known) <= 3
        assert known.get((str(number),)) == number
