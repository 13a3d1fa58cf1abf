"""A file's refusal in words: every sentence that reading one can meet, and every place."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import Babel, force_locale

import triage_rules
from triage_rules.authoring import importing, refusals
from triage_rules.dmn.refused import Refused
from triage_rules.tables import feel_cells

HOME = Path(triage_rules.__file__).parent
# What an import reads with, what it reads formulas with, and what only decides or writes.
READING = {
    *("dmn/read.py", "dmn/read_logic.py", "dmn/xml.py", "dmn/item_types.py"),
    *("tables/from_dmn.py", "tables/from_decision.py", "tables/feel_cells.py"),
    *("tables/dmn_types.py", "tables/rule_set.py", "tables/written.py", "tables/examples.py"),
    "authoring/importing.py",
}
FORMULAS = {f"dmn/feel/{one.name}" for one in (HOME / "dmn/feel").glob("*.py")} | {"dmn/values.py"}
DECIDING = {
    *("dmn/evaluate.py", "dmn/facts.py", "dmn/hit_policies.py", "dmn/logic.py", "dmn/model.py"),
    *("dmn/write.py", "tables/dmn_files.py", "tables/dmn_strict.py"),
}
# Where a call has its sentence, and the names a sentence is kept under until it is called.
CALLS = {"Refused": 1, "Unfit": 1, "Malformed": 1, "Outside": 1, "Reader": 0, "failure": 0}
KEPT = ("why", "outside")
SAMPLE = "'x'"


@pytest.fixture(autouse=True)
def danish() -> Iterator[None]:
    app = Flask(__name__)
    Babel(app)
    with app.test_request_context(), force_locale("da"):
        yield


def called(node: ast.Call) -> str:
    return str(getattr(node.func, "attr", getattr(node.func, "id", "")))


def assigned(tree: ast.Module) -> dict[str, list[ast.expr]]:
    """What the names of a module stand for, wherever in it."""
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            found.setdefault(getattr(target, "id", ""), []).append(node.value)
    return found


def texts(value: ast.expr, names: dict[str, list[ast.expr]]) -> Iterator[str]:
    """The sentences that an expression can be, with a sample for what differs."""
    match value:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts):
            yield "".join(
                str(one.value) if isinstance(one, ast.Constant) else SAMPLE for one in parts
            )
        case ast.IfExp(body=one, orelse=other):
            yield from (*texts(one, names), *texts(other, names))
        case ast.Name(id=name) if name in names:
            for one in names[name]:
                yield from texts(one, names)
        case ast.Constant(value=None) | ast.Attribute(attr="why" | "outside" | "_outside"):
            return  # nothing, or the sentence of another refusal, which is read where it is
        case ast.Call(func=ast.Name(id="str")) | ast.Name(id="otherwise"):
            return  # the words of json, which importing has parsed before; a parameter
        case _:
            pytest.fail(f"{ast.unparse(value)} is no sentence to be found")


def sentences(path: str) -> set[str]:
    """Every reason that a module gives."""
    tree = ast.parse((HOME / path).read_text())
    names = assigned(tree)
    given = [value for name in KEPT for value in names.get(name, [])] + [
        node.args[CALLS[called(node)]]
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and len(node.args) > CALLS.get(called(node), 99)
    ]
    return {text for value in given for text in texts(value, names)}


def cases(paths: set[str]) -> list[tuple[str, str]]:
    return [(path, text) for path in sorted(paths) for text in sorted(sentences(path))]


def test_every_module_that_refuses_is_known() -> None:
    places = [*(HOME / "dmn").rglob("*.py"), *(HOME / "tables").glob("*.py")]
    known = READING | FORMULAS | DECIDING | {"dmn/refused.py"}
    assert {
        path
        for one in places
        if (path := one.relative_to(HOME).as_posix()) not in known and sentences(path)
    } == set()


@pytest.mark.parametrize(("path", "sentence"), cases(READING))
def test_every_reason_has_its_words(path: str, sentence: str) -> None:
    said = refusals.why(sentence)
    assert said.endswith(".")
    assert "%(" not in said
    assert (said == refusals.NOT_READ) is (sentence == feel_cells.NO_WIDGET)


@pytest.mark.parametrize(("path", "sentence"), cases(FORMULAS))
def test_what_is_said_of_a_formula_is_one_sentence(path: str, sentence: str) -> None:
    assert refusals.why(sentence) == refusals.NOT_READ


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        (
            "its hit policy must be UNIQUE or FIRST",
            "Tabellens hit policy skal være UNIQUE eller FIRST.",
        ),
        ("must be one of (None, 'SUM')", "Her skal stå null eller SUM."),
        ("needs just a, b", "Her skal netop stå a og b."),
        ("'Åndenød' is no whole number", "Her skal stå et helt tal."),
        ('the id "it\'s" is there twice', "To dele af filen har samme id: »it's«."),
        (
            "it has more than 300 rows or 30 columns",
            "Tabellen har flere end 300 rækker eller 30 kolonner.",
        ),
    ],
)
def test_what_differs_stands_in_the_words(sentence: str, said: str) -> None:
    assert refusals.why(sentence) == said


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("", "Filen"),
        ("the file", "Filen"),
        ("line 3", "Linje 3"),
        ("decision 'Activity'", "Beslutningen »Activity«"),
        (
            "decision \"Mød, 'nu'\", row 2, input 1 (ACT (0, 25), i dag)",
            "Beslutningen »Mød, 'nu'«, række 2, oplysning 1 (ACT (0, 25), i dag)",
        ),
        (
            "decision 'A', input 12 (ACT), input values",
            "Beslutningen »A«, oplysning 12 (ACT), tilladte værdier",
        ),
        (
            "decision 'A', row 1, output 2 (colour), 'x'",
            "Beslutningen »A«, række 1, svar 2 (colour), »x«",
        ),
        ("item definition 't', allowed values", "Typen »t«, tilladte værdier"),
        ("decision 'A', of another kind", "Beslutningen »A«, of another kind"),
        ("activity/r2/act", "»Sygdomsaktivitet«, »r2«, »act«"),
        ("second_looks/0", "Ekstra blik 1"),
        ("examples/3/colour", "Eksempelpatient 4, »colour«"),
        ("latest_weeks", "»latest_weeks«"),
        ("half \ud800", "»half ?«"),
        ("((((" * 1000, f"»{'((((' * 50}«"),
    ],
)
def test_a_place_is_said_in_words(where: str, said: str) -> None:
    assert refusals.place(where) == said


def test_a_field_that_is_not_read_is_shown_as_it_stands_in_the_file() -> None:
    with pytest.raises(Refused) as refused:
        importing.read_file(formula('ACT &gt; "'))
    assert refusals.why(refused.value.why) == refusals.NOT_READ
    assert refused.value.text == 'ACT > "'
    place = "Beslutningen »activity«, række 1, oplysning 1 (ACT)"
    assert refusals.place(refused.value.where) == place


def formula(text: str) -> bytes:
    """A model whose only row asks this of its only input."""
    return f"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" name="x">
 <inputData id="q" name="ACT"/><decision id="a" name="activity"><informationRequirement>
 <requiredInput href="#q"/></informationRequirement><decisionTable hitPolicy="UNIQUE">
 <input><inputExpression typeRef="number"><text>ACT</text></inputExpression></input>
 <output name="colour" typeRef="string"/><rule><inputEntry><text>{text}</text></inputEntry>
 <outputEntry><text>"red"</text></outputEntry></rule></decisionTable></decision>
 </definitions>""".encode()
