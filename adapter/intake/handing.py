"""Long answers of worker processes, handed over without the pipe between the processes.

A worker that is killed while it writes to that pipe leaves half an answer in it, and whoever reads waits for the other
half for ever. So a long answer lies in shared memory, and its name alone goes through the pipe, in one piece.
"""

from __future__ import annotations

from concurrent.futures import Future
from multiprocessing.shared_memory import SharedMemory

from msgspec import Struct

_IN_ONE_PIECE = 2_048
"""Bytes that a pipe takes whole or not at all, with what else goes along."""


class Laid(Struct, frozen=True):
    """Where an answer lies until it is taken."""

    name: str
    size: int


Handed = bytes | Laid


def lay(answer: bytes) -> Handed:
    """By the worker. Where there is no shared memory left, the answer goes through the pipe after all."""
    if len(answer) <= _IN_ONE_PIECE:
        return answer
    try:
        memory = SharedMemory(create=True, size=len(answer))
    except OSError:
        return answer
    memory.buf[: len(answer)] = answer  # type: ignore[index]  # it is None only once closed
    memory.close()
    return Laid(memory.name, len(answer))


def take_up(handed: Handed) -> bytes:
    """By the one who asked, once."""
    if isinstance(handed, bytes):
        return handed
    memory = SharedMemory(handed.name)
    try:
        return bytes(memory.buf[: handed.size])  # type: ignore[index]  # it is None only once closed
    finally:
        memory.close()
        memory.unlink()


def drop(future: Future[Handed]) -> None:
    """An answer that nobody wants any more, now or when it comes."""
    if not future.cancel():
        future.add_done_callback(_let_go)


def _let_go(future: Future[Handed]) -> None:
    if future.exception() is None:
        take_up(future.result())
