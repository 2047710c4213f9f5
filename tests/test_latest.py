"""Latest: the newest wins, each value is taken once, and nobody waits in vain."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualizer.latest import Closed, Latest

T = TypeVar("T")
PATIENCE = 30.0
"""Seconds after which a test that hangs fails; no test that passes waits for it."""


@contextmanager
def _waiting(slot: Latest[int]) -> Iterator[Future[int | None]]:
    """A reader in another thread that stands in slot.wait() when the block begins."""
    condition = slot._condition
    asleep = threading.Event()
    wait = condition.wait

    def wait_and_tell(timeout: float | None = None) -> bool:
        asleep.set()  # the lock is still held: whoever gets it next finds the reader waiting
        return wait(timeout)

    condition.wait = wait_and_tell  # type: ignore[method-assign]
    with ThreadPoolExecutor(1) as pool:
        reader = pool.submit(slot.wait, PATIENCE)
        assert asleep.wait(PATIENCE)
        yield reader


def _outcome(call: Callable[[], T]) -> T | str:
    try:
        return call()
    except Exception as error:
        return type(error).__name__


def test_an_empty_slot_gives_nothing_at_once() -> None:
    slot: Latest[int] = Latest()
    assert slot.get() is None
    assert slot.wait(timeout=0.0) is None


@given(st.lists(st.integers(), min_size=1))
def test_the_newest_wins(values: list[int]) -> None:
    slot: Latest[int] = Latest()
    for value in values:
        slot.put(value)
    assert slot.get() == values[-1]


@pytest.mark.parametrize("take", [Latest.get, lambda slot: slot.wait(0.0)], ids=["get", "wait"])
def test_a_value_is_taken_once(
    take: Callable[[Latest[int]], int | None],
) -> None:
    slot: Latest[int] = Latest()
    slot.put(7)
    assert take(slot) == 7
    assert take(slot) is None
    slot.put(7)
    assert take(slot) == 7


def test_a_value_wakes_the_reader() -> None:
    slot: Latest[int] = Latest()
    with _waiting(slot) as reader:
        slot.put(7)
        assert reader.result(PATIENCE) == 7
    assert slot.get() is None


def test_close_wakes_the_reader() -> None:
    slot: Latest[int] = Latest()
    with _waiting(slot) as reader:
        slot.close()
        with pytest.raises(Closed):
            reader.result(PATIENCE)


def test_a_failure_wakes_the_reader() -> None:
    slot: Latest[int] = Latest()
    with _waiting(slot) as reader:
        slot.fail(OSError("unplugged"))
        with pytest.raises(OSError, match="unplugged"):
            reader.result(PATIENCE)


def test_a_closed_slot_takes_nothing_more() -> None:
    slot: Latest[int] = Latest()
    slot.put(1)
    assert not slot.closed
    slot.close()
    slot.close()
    slot.put(2)
    assert slot.closed
    assert slot.get() == 1
    with pytest.raises(Closed):
        slot.wait()


@pytest.mark.parametrize("take", [Latest.get, lambda slot: slot.wait(0.0)], ids=["get", "wait"])
def test_a_failure_is_raised_once_and_then_values_come_again(
    take: Callable[[Latest[int]], int | None],
) -> None:
    slot: Latest[int] = Latest()
    slot.put(1)
    slot.fail(OSError("unplugged"))
    slot.put(2)
    assert [_outcome(lambda: take(slot)) for _ in range(3)] == ["OSError", 2, None]


def test_a_slow_reader_sees_values_in_order_and_always_the_last() -> None:
    slot: Latest[int] = Latest()
    last = 2000

    def write() -> None:
        for value in range(last + 1):
            slot.put(value)

    with ThreadPoolExecutor(1) as pool:
        writer = pool.submit(write)
        seen = [slot.wait(PATIENCE)]
        while seen[-1] != last:
            seen.append(slot.wait(PATIENCE))
        writer.result(PATIENCE)
    numbers = [value for value in seen if value is not None]
    assert len(numbers) == len(seen)
    assert numbers == sorted(set(numbers))
