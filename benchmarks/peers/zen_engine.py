"""Our side of the line to zen-engine, which runs in the peers' environment."""

import json
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.peers.environment import python


@dataclass(frozen=True, slots=True)
class Question:
    """A first-hit table in the peer's notation, and the patients to evaluate it for.

    rows: for each rule a cell an input ('' for any) and its answer. patients: a whole number an
    input. processes: how many evaluate at once. batch: so many a call, 0 for one by one with
    the trace.
    """

    inputs: int
    rows: list[tuple[list[str], str]]
    patients: list[list[int]]
    runs: int
    batch: int = 0
    processes: int = 1


@dataclass(frozen=True, slots=True)
class Answers:
    """What it answered, and the median seconds of a run over all the patients."""

    answers: list[str]
    seconds: float


def evaluate(question: Question) -> Answers:
    """Have the peer evaluate it in its own process."""
    driver = Path(__file__).with_name("zen_engine_driver.py")
    done = subprocess.run(
        [python(), driver],
        input=json.dumps(asdict(question)),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return Answers(**json.loads(done.stdout))
