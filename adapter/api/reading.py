"""A stored resource for somebody who may read it. That it was read is recorded before its first byte leaves."""

from __future__ import annotations

from adapter.api.representation import shown
from adapter.api.service import Service
from adapter.store.holder import Holder
from adapter.store.resources import Edition, Resource


async def resource_shown(service: Service, holder: Holder, resource: Resource, edition: Edition, id_: str) -> bytes:
    """A version of a resource, called by `id_`."""
    what = f"Immunization/{resource.id}/_history/{edition.number}"
    await service.writing(service.store.disclosures.add, holder, [(what, 1)])
    return shown(await service.reading(service.store.records.bytes_of, edition.sequence), id_, edition)
