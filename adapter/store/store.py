"""The door to everything that is kept. One open store is one database under one patient key."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from adapter.errors import StoreError
from adapter.fhir.pseudonym import Pseudonym
from adapter.settings import Settings, embedded_database
from adapter.store.api_keys import ApiKeys
from adapter.store.arrival_tables import META
from adapter.store.database import Clock, Database, utc_now
from adapter.store.declarations import Declarations
from adapter.store.deliveries import Deliveries
from adapter.store.disclosures import Disclosures
from adapter.store.feeds import Feeds
from adapter.store.incidents import Incidents
from adapter.store.ledger import Ledger
from adapter.store.ledger_take_over import take_over
from adapter.store.mapping_releases import MappingReleases
from adapter.store.ods_releases import OdsReleases
from adapter.store.patient_key import fingerprint, patient_key
from adapter.store.publications import Publications
from adapter.store.pulls import Pulls
from adapter.store.quarantine import Quarantine
from adapter.store.records import Records
from adapter.store.registrations import Registrations
from adapter.store.resources import Resources
from adapter.store.reviews import Reviews
from adapter.store.runs import Runs
from adapter.store.seal import Seal
from adapter.store.terminology_answers import TerminologyAnswers

_FINGERPRINT = "patient key"


class Store:
    """What is kept, by kind. `pseudonym` hides people under the key that the database was made with."""

    def __init__(self, database: Database, settings: Settings, pseudonym: Pseudonym) -> None:
        self.database, self.pseudonym = database, pseudonym
        self.fast_validation = settings.fast_validation
        self.seal = Seal(settings.data_key)
        self.ledger = Ledger(database)
        self.feeds = Feeds(database)
        self.deliveries = Deliveries(database, self.seal)
        self.records = Records(database, self.deliveries)
        self.quarantine = Quarantine(database, self.deliveries)
        self.ods_releases = OdsReleases(database)
        self.mapping_releases = MappingReleases(database)
        self.runs = Runs(database)
        self.reviews = Reviews(database)
        self.declarations = Declarations(database)
        self.incidents = Incidents(database)
        self.publications = Publications(database)
        self.registrations = Registrations(database)
        self.terminology_answers = TerminologyAnswers(database)
        self.resources = Resources(database)
        self.api_keys = ApiKeys(database)
        self.disclosures = Disclosures(database)
        self.pulls = Pulls(database)


@contextmanager
def open_store(url: str, settings: Settings, clock: Clock = utc_now) -> Iterator[Store]:
    """The store at a database URL: made where it is new, migrated where it is old, closed at the end of the block.

    Raises UsageError for a URL that is none, StoreError where the database does not answer, KeyFault where the patient
    key is another one than it was made with.
    """
    if url == embedded_database(settings.data_dir):
        try:
            settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError:
            raise StoreError("The data folder cannot be made: set ADAPTER_DATA_DIR to a folder of yours.") from None
    database = Database(url, clock)
    try:
        take_over(database)
        yield Store(database, settings, Pseudonym(_key(database, settings)))
    finally:
        database.close()


def _key(database: Database, settings: Settings) -> bytes:
    known = sa.select(META.c.value).where(META.c.key == _FINGERPRINT)
    with database.read() as connection:
        found = connection.execute(known).scalar()
    if found is not None:
        return patient_key(settings, found)
    key = patient_key(settings, None)
    with database.write() as connection:
        found = connection.execute(known).scalar()
        if found is None:
            connection.execute(sa.insert(META).values(key=_FINGERPRINT, value=fingerprint(key)))
    return patient_key(settings, found or fingerprint(key))
