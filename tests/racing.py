"""Races between processes, each with its own memory and its own connections."""

import multiprocessing
from collections import Counter
from collections.abc import Callable
from typing import TypeVar

PROCESSES = 8

# Forked from a server that has done no more than import what the races need: eight processes that
# each import the application spend more on that than on racing.
processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(
    [
        "tests.integration.appointments.racing",
        "tests.integration.reminders.delivery.worker_process",
        "tests.integration.overbooking.racing",
        "tests.integration.rescheduling.racing",
        "tests.integration.waitlist.racing",
        "tests.serving",
    ]
)

Runner = TypeVar("Runner")


def race(work: Callable[[Runner], dict[str, int]], runners: list[Runner]) -> Counter[str]:
    """Run one process a runner, and add up how the attempts ended; an error in any is raised.

    Both must be importable: `work` by its name, `Runner` of plain values.
    """
    with processes.Pool(PROCESSES) as pool:
        return sum((Counter(o) for o in pool.map(work, runners, chunksize=1)), Counter())
