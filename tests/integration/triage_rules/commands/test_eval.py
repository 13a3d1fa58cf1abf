"""`rules eval` answers with JSON, or refuses with JSON and exit code 2."""

import json
from pathlib import Path

from flask import Flask

from tests.unit.triage_rules.dmn.models import decision, given, model, table

COLOURS = table(["score"], [([">= 20"], ["0.1 + 0.2"]), (["< 20"], ["1e2"])])
MODEL = model(given("score", "number"), decision("urgency", COLOURS, ["score"]))


def run(app: Flask, folder: Path, facts: str, *options: str) -> tuple[int, str]:
    file, fact_file = folder / "m.dmn", folder / "facts.json"
    file.write_bytes(MODEL)
    fact_file.write_text(facts)
    args = ["rules", "eval", str(file), "--facts", str(fact_file), *options]
    done = app.test_cli_runner().invoke(args=args)
    return done.exit_code, done.stdout


def test_the_value_and_the_rows_that_fired(app: Flask, tmp_path: Path) -> None:
    code, text = run(app, tmp_path, '{"score": 20}', "--decision", "urgency", "--spec", "--json")
    assert code == 0
    assert text == (
        '{"decision": "urgency", "value": 0.3, '
        '"fired": [{"table": "decision \'urgency\'", "row": 1, "id": "r1"}]}\n'
    )


def test_the_same_over_several_lines(app: Flask, tmp_path: Path) -> None:
    code, text = run(app, tmp_path, '{"score": 2}', "--decision", "urgency", "--spec")
    assert code == 0
    assert text.count("\n") > 5
    assert json.loads(text)["value"] == 100


def test_a_refusal_is_json_and_exit_code_two(app: Flask, tmp_path: Path) -> None:
    for facts, options in [
        ('{"score": "high"}', ["--decision", "urgency", "--spec"]),
        ('{"scroe": 1}', ["--decision", "urgency", "--spec"]),
        ('{"score": NaN}', ["--decision", "urgency", "--spec"]),
        ("[]", ["--decision", "urgency", "--spec"]),
        ("{", ["--decision", "urgency", "--spec"]),
        ('{"score": 1}', ["--decision", "colour", "--spec"]),
        ('{"score": 1}', ["--decision", "urgency"]),
    ]:
        code, text = run(app, tmp_path, facts, *options, "--json")
        assert code == 2
        assert set(json.loads(text)["refused"]) == {"where", "why"}
