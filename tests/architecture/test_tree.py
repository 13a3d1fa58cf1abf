"""The house stays as it was drawn: its top level, its names, the length of its files."""

import json
import re

from tests.architecture.tree import ROOT, tracked_files

TOP_LEVEL = {
    ".ci",
    ".gitattributes",
    ".gitignore",
    "CHANGELOG.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "benchmarks",
    "booking",
    "docs",
    "migrations",
    "pyproject.toml",
    "reminders",
    "requirements",
    "static",
    "tests",
    "triage_rules",
    "wsgi.py",
}
NAMES_THAT_SAY_NOTHING = {"common", "helper", "helpers", "manager", "managers", "misc"}
NAMES_THAT_SAY_NOTHING |= {"shared", "util", "utils"}
MOST_LINES = 400

# Written so that this file does not itself name what it looks for.
FORBIDDEN = re.compile(
    rb"|".join(
        [
            rb"pypi\.(?:org|python\.org)",
            rb"files\.pythonhosted",
            rb"registry\.(?:npmjs|yarnpkg)",
            rb"(?:deb|security|ftp)\.debian\.org",
            rb"(?<![\w.-])/(?:work|farm)/",
        ]
    )
)


def test_no_file_names_a_registry_host_or_a_path_of_one_machine() -> None:
    offenders = {
        f"{path}: {found.group().decode()}"
        for path in tracked_files()
        for found in FORBIDDEN.finditer((ROOT / path).read_bytes())
    }
    assert not offenders


def test_lock_files_hold_no_download_addresses() -> None:
    for path in tracked_files():
        if path.parent.name == "requirements" and path.suffix == ".txt":
            assert "://" not in (ROOT / path).read_text(), path
        if path.name == "package-lock.json":
            packages = json.loads((ROOT / path).read_text())["packages"]
            assert [name for name, entry in packages.items() if "resolved" in entry] == []


def test_the_top_level_holds_only_what_the_map_names() -> None:
    assert {path.parts[0] for path in tracked_files()} - TOP_LEVEL == set()


def test_no_folder_or_module_has_a_name_that_says_nothing() -> None:
    offenders = [
        str(path)
        for path in tracked_files()
        if NAMES_THAT_SAY_NOTHING & {*path.parent.parts, path.stem}
    ]
    assert offenders == []


def test_no_python_file_is_longer_than_one_idea() -> None:
    lengths = {
        str(path): len((ROOT / path).read_text().splitlines())
        for path in tracked_files()
        if path.suffix == ".py" and path.parts[0] != "migrations"
    }
    assert {name: length for name, length in lengths.items() if length > MOST_LINES} == {}
