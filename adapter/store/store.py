"""The door to everything that is kept. One open store is one database under one patient key."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from adapter.errors import KeyFault, StoreError
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
from adapter.store.resource_search import ResourceSearch
from adapter.store.resources import Resources
from adapter.store.reviews import Reviews
from adapter.store.runs import Runs
from adapter.store.seal import Seal
from adapter.store.terminology_answers import TerminologyAnswers
from adapter.store.version_search import VersionSearch

_FINGERPRINT = "patient key"


class Store:
    """What is kept, by kind."""

    def __init__(self, database: Database, settings: Settings, pseudonym: Pseudonym | None) -> None:
        self.database, self._pseudonym = database, pseudonym
        self.fast_validation = settings.fast_validation
        self.seal = Seal(settings.data_key)
        self.ledger = Ledger(database)
        self.feeds = Feeds(database)
        self.deliveries = Deliveries(database, self.seal)
        self.records = Records(database, self.deliveries)
        self.version_search = VersionSearch(database)
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
        self.resource_search = ResourceSearch(database)
        self.api_keys = ApiKeys(database)
        self.disclosures = Disclosures(database)
        self.pulls = Pulls(database)

    @property
    def pseudonym(self) -> Pseudonym:
        """Hides people under the key that the database was made with. An auditor who only reads needs it not, and may
        not have it: raises KeyFault then.
        """
        if self._pseudonym is None:
            raise KeyFault("This needs the key that patients were hashed with: set ADAPTER_PATIENT_KEY_FILE to it.")
        return self._pseudonym


@contextmanager
def open_store(url: str, settings: Settings, clock: Clock = utc_now) -> Iterator[Store]:
    """The store at a database URL: made where it is new, migrated where it is old, closed at the end of the block.

    A database that can only be read is opened as it is, without the patient key if it is not there. Raises UsageError
    for a URL that is none, StoreError where the database does not answer, KeyFault where the patient key is another
    one than it was made with.
    """
    if url == embedded_database(settings.data_dir):
        try:
            settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError:
            raise StoreError("The data folder cannot be made: set ADAPTER_DATA_DIR to a folder of yours.") from None
    database = Database(url, clock)
    try:
        take_over(database)
        yield Store(database, settings, _pseudonym(database, settings))
    finally:
        database.close()


def _pseudonym(database: Database, settings: Settings) -> Pseudonym | None:
    if not database.read_only:
        return Pseudonym(_key(database, settings))
    try:
        return Pseudonym(_key(database, settings))
    except KeyFault:
        return None


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
