"""zen-engine 2.1 evaluates a first-hit table, one by one with its trace or in its batches.

Run with the Python of the peers' environment. Reads a question as JSON on stdin (its shape is
`benchmarks.peers.zen_engine.Question`), builds one decision-table node between an input and an
output node, and makes the decision ready before the clock starts. In batches it is handed requests
of `engine.evaluate_batch`, made ready as well; with several processes each has its share of the
patients, and the slowest one's time counts. Prints `answers` and `seconds` (median of `runs`).
"""

import json
import multiprocessing
import statistics
import sys
import time
from typing import Any

import zen  # type: ignore[import-not-found]


def table(question: dict[str, Any]) -> str:
    names = [f"i{n}" for n in range(question["inputs"])]
    rules = [
        {"_id": f"r{number}", **dict(zip(names, cells, strict=True)), "o": json.dumps(answer)}
        for number, (cells, answer) in enumerate(question["rows"])
    ]
    content = {
        "hitPolicy": "first",
        "inputs": [{"id": name, "name": name, "field": name} for name in names],
        "outputs": [{"id": "o", "name": "o", "field": "answer"}],
        "rules": rules,
    }
    place = {"x": 0, "y": 0}
    nodes = [
        {"id": "in", "name": "in", "type": "inputNode", "position": place},
        {
            "id": "table",
            "name": "table",
            "type": "decisionTableNode",
            "position": place,
            "content": content,
        },
        {"id": "out", "name": "out", "type": "outputNode", "position": place},
    ]
    edges = [
        {"id": "e1", "sourceId": "in", "targetId": "table", "type": "edge"},
        {"id": "e2", "sourceId": "table", "targetId": "out", "type": "edge"},
    ]
    return json.dumps(
        {"contentType": "application/vnd.gorules.decision", "nodes": nodes, "edges": edges}
    )


def evaluate(question: dict[str, Any]) -> tuple[list[str], float]:
    content = table(question)
    engine = zen.ZenEngine({"loader": lambda _key: content})
    decision = engine.create_decision(content)
    contexts = [
        {f"i{n}": value for n, value in enumerate(patient)} for patient in question["patients"]
    ]
    size = question["batch"]
    requests = [{"key": "table", "context": context} for context in contexts] if size else []

    def run() -> list[str]:
        if not size:
            traced = {"trace": True}
            return [decision.evaluate(one, traced)["result"]["answer"] for one in contexts]
        found = []
        for begin in range(0, len(requests), size):
            made = engine.evaluate_batch(requests[begin : begin + size])
            found += [one["data"]["result"]["answer"] for one in made]
        return found

    answers = run()
    seconds = []
    for _ in range(question["runs"]):
        began = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - began)
    return answers, statistics.median(seconds)


def main() -> None:
    question = json.load(sys.stdin)
    count = question["processes"]
    if count == 1:
        answers, seconds = evaluate(question)
    else:
        whole = question["patients"]
        size = -(-len(whole) // count)
        parts = [{**question, "patients": whole[n * size : (n + 1) * size]} for n in range(count)]
        with multiprocessing.get_context("spawn").Pool(count) as pool:
            done = pool.map(evaluate, parts, chunksize=1)
        answers = [answer for part, _ in done for answer in part]
        seconds = max(taken for _, taken in done)
    print(json.dumps({"answers": answers, "seconds": seconds}))


if __name__ == "__main__":
    main()
