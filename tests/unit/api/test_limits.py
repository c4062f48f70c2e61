"""How often, and how many at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from adapter.api.rates import Rates
from adapter.errors import UsageError
from msgspec.structs import replace

from sending import database_settings
from serving import Client, served


def limited(folder: Path, **limits: object) -> Client:
    return served(replace(database_settings(folder), **limits))


def test_one_key_asks_so_often(tmp_path: Path) -> None:
    client = limited(tmp_path, rate_limit="3/hour")

    async def work(asking: httpx.AsyncClient) -> list[httpx.Response]:
        reader = client.bearer("counts:read")
        answers = [await asking.get("/runs", headers=reader) for _ in range(4)]
        answers.append(await asking.get("/fhir/Measure", headers=reader))
        answers.append(await asking.get("/runs", headers=client.bearer("admin")))
        return answers

    answers = client.session(work)
    assert [each.status_code for each in answers] == [200, 200, 200, 429, 429, 200]
    assert 0 < int(answers[3].headers["Retry-After"]) <= 2 * 3600
    assert answers[4].json()["issue"][0]["code"] == "throttled"


def test_who_fails_too_often_waits_and_nobody_else(tmp_path: Path) -> None:
    client = limited(tmp_path)

    async def work(asking: httpx.AsyncClient) -> list[int]:
        wrong = {"Authorization": "Bearer wrong"}
        found = [(await asking.get("/runs", headers=wrong)).status_code for _ in range(61)]
        found.append((await asking.get("/runs", headers=client.bearer("admin"))).status_code)
        return found

    assert client.session(work) == [401] * 60 + [429, 200]


def test_no_limit_and_none_that_can_be_meant() -> None:
    rates = Rates("")
    assert {rates.asked("key") for _ in range(1000)} == {0}
    with pytest.raises(UsageError):
        Rates("often")


def test_so_many_at_once(tmp_path: Path) -> None:
    client = limited(tmp_path, requests_at_once=2)

    async def work(asking: httpx.AsyncClient) -> list[httpx.Response]:
        held, inside = asyncio.Event(), asyncio.Semaphore(0)

        async def slow() -> AsyncIterator[bytes]:
            inside.release()
            yield b"{"
            await held.wait()
            yield b"}"

        headers = client.bearer("feed:write:trust") | {"Content-Type": "application/json"}
        waiting = [asyncio.create_task(asking.post("/fhir", content=slow(), headers=headers)) for _ in range(2)]
        for _ in waiting:
            await inside.acquire()
        answer = await asking.get("/fhir/metadata")
        health = await asking.get("/healthz")
        held.set()
        done = await asyncio.gather(*waiting)
        return [answer, health, *done, await asking.get("/fhir/metadata")]

    answers = client.session(work)
    assert [each.status_code for each in answers] == [503, 200, 400, 400, 200]
    assert answers[0].headers["Retry-After"] == "1"
    assert answers[0].json()["resourceType"] == "OperationOutcome"
