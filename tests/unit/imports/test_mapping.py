"""A mapping file says exactly how to read a file, or why it cannot be used."""

import pytest

from booking.imports.mapping import UnusableMapping, read

SOUND = 'source = "x"\nclinic = "Klinikken"\n[columns]\nkey = "Id"\n'


def test_what_is_not_said_is_as_usual() -> None:
    mapping = read(SOUND)
    assert (mapping.encoding, mapping.delimiter) == ("utf-8-sig", ",")
    assert mapping.columns == {"key": ("Id",)}
    assert not mapping.create_patients


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("source = ", "not TOML"),
        ('clinic = "K"\n[columns]\nkey = "Id"', "source is missing"),
        ('source = "x"\nclinic = "K"', "columns.key is missing"),
        ('encodng = "latin-1"\n' + SOUND, "unknown: encodng"),
        (SOUND + '[file]\nencoding = "martian"', "file.encoding"),
        (SOUND + '[file]\ndelimiter = ";;"', "file.delimiter"),
        (SOUND + '[file]\nquote = "x"', "unknown: file.quote"),
        (SOUND + '[formats]\ndates = ["%Q"]', "formats.dates"),
        (SOUND + '[formats]\ndates = "%d"', "formats.dates must be a list"),
        (SOUND + '[constants]\nkey = "1"', "both a column and a constant"),
        (SOUND + '[values.outcome]\nYes = "noshow"', "values names fields without a column"),
        (SOUND + '[facts.age]\ncolumn = "Age"\ntype = "real"', "facts.age.type"),
        (SOUND + '[facts.age]\ncolumn = "Age"\nmin = "0"', "facts.age.min"),
        (SOUND + '[facts.form]\ncolumn = "How"', "facts.form: a field"),
        (SOUND + '[patients]\ncreate = "yes"', "patients.create"),
        (SOUND + "day = []", "columns.day"),
        (SOUND + "columns = 3", "columns.columns"),
        ('columns = 3\nsource = "x"\nclinic = "K"', "columns must be a table"),
    ],
)
def test_what_cannot_be_used_is_said(text: str, complaint: str) -> None:
    with pytest.raises(UnusableMapping, match=complaint):
        read(text)
