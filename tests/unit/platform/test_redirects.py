"""A page sends its reader on to this site only."""

import pytest

from booking.platform.redirects import safe_path


@pytest.mark.parametrize("target", ["/", "/mine-tider", "/klinik/1/dag?dato=2026-11-23", "/æøå#x"])
def test_a_path_on_this_site_is_followed(target: str) -> None:
    assert safe_path(target) == target


@pytest.mark.parametrize(
    "target",
    [
        "",
        None,
        7,
        "mine-tider",
        "https://evil.example/",
        "//evil.example/",
        "///evil.example/",
        "//[",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "/\r\n/evil.example",
        "\t//evil.example",
        "/\x00",
        "/\x7f/evil.example",
        "/mine-tider\\..\\",
    ],
)
def test_anything_else_is_not(target: object) -> None:
    assert safe_path(target) is None
