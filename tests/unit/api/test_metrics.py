"""/metrics says how requests end and what the feeds brought, and names nobody."""

from __future__ import annotations

import re

import httpx
from prometheus_client.parser import text_string_to_metric_families

from sending import nhs_number
from serving import FEED, Client


def samples(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {
        (one.name, tuple(sorted(one.labels.items()))): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


def test_requests_feeds_and_the_latest_run_are_told(filled: Client) -> None:
    async def work(asking: httpx.AsyncClient) -> str:
        headers = filled.bearer("counts:read")
        for path in ("/counts", "/counts", f"/counts?run={nhs_number(4)}", f"/{nhs_number(5)}"):
            await asking.get(path, headers=headers)
        return (await asking.get("/metrics", headers=headers)).text

    text = filled.session(work)
    told = samples(text)
    assert told["adapter_requests_total", (("method", "GET"), ("route", "/counts"), ("status", "200"))] == 2
    assert told["adapter_requests_total", (("method", "GET"), ("route", "/counts"), ("status", "404"))] == 1
    assert told["adapter_requests_total", (("method", "GET"), ("route", "none"), ("status", "404"))] == 1
    assert told["adapter_request_seconds_count", (("method", "GET"), ("route", "/counts"))] == 3
    assert told["adapter_feed_deliveries", (("feed", FEED),)] == 0
    assert told["adapter_feed_deliveries", (("feed", "mill"),)] > 0
    assert told["adapter_feed_last_delivery_timestamp_seconds", (("feed", "mill"),)] > 1_700_000_000
    assert told["adapter_quarantine_open", ()] == 0
    counted = sum(one["value"] for one in filled.ask("GET", "/counts", "counts:read").json())
    assert told["adapter_run_records", (("outcome", "counted"),)] >= counted > 0
    assert not re.search(r"\b999\d{7}\b", text)  # a fraction of a second has such digits, too
