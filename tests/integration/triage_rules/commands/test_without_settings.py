"""Without settings a file can be looked at; what needs a database says what is missing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from booking.platform.config import ROOT
from tests.integration.triage_rules.commands.test_eval import MODEL


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["rules", "verify", "{file}"], 2, "not read"),
        (
            ["rules", "eval", "{file}", "--decision", "urgency", "--facts", "{facts}", "--spec"],
            0,
            '"value"',
        ),
        (["rules", "replay"], 1, "missing in the environment: DATABASE_URL"),
        (["db", "upgrade"], 1, "missing in the environment: DATABASE_URL"),
        (["routes"], 2, "missing in the environment: DATABASE_URL"),
    ],
    ids=str,
)
def test_files_can_be_looked_at_and_the_rest_says_what_is_missing(
    tmp_path: Path, args: list[str], code: int, said: str
) -> None:
    names = {"file": tmp_path / "m.dmn", "facts": tmp_path / "facts.json"}
    names["file"].write_bytes(MODEL)
    names["facts"].write_text('{"score": 20}')
    command = [
        sys.executable,
        "-m",
        "flask",
        "--app",
        "wsgi",
        *(one.format(**names) for one in args),
    ]
    bare = {"PATH": os.environ["PATH"]}
    done = subprocess.run(command, env=bare, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    assert said in (done.stdout if code == 0 or "verify" in args else done.stderr)
    assert "Traceback" not in done.stderr
