"""What patients write, and what is made of it."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.replies.parse import LETTERS, Understood, understand

SAID = {
    "confirm": [
        "1", "JA", "ja", "Ja.", "ja!", " ja ", "1.", "'1'", "“1”", "1 ja", "Ja 1", "ja, ja", "１",
        "1️⃣", "OK", "Okay.", "Ja tak", "JA 👍", "yes", "YES", "Jeg kommer", "bekræft", "BEKRÆFTER",
        "Svar 1", "\n1\n", "١", "①",
    ],
    "cancel": [
        "2", "2.", "2!", "(2)", "#2", "２", "2️⃣", "2 afbud", "Afbud 2", "AFBUD", "Afbud!", "afbud.",
        "»Afbud«", '"afbud"', "Meld afbud", "Jeg melder afbud", "Aflys", "AFLYS TIDEN", "aflyst",
        "2 😢", "😢 Afbud", "Hej. Afbud. Mvh", "svar: 2", "² ", "٢",
        "2 can't come", "Can’t come.", "cant come",
    ],
    "new_time": [
        "3", "3.", "Ny tid", "NY TID", "ny  tid!", "3 ny tid", "ny tid (3)", "nytid",
        "en ny tid tak", "Flyt", "flyt tiden", "Anden tid",
    ],
    "stop": [
        "STOP", "stop.", "Stop!", "STOPALL", "stop all", "Unsubscribe", "CANCEL", "cancel", "END",
        "QUIT", "AFMELD", "afmeld sms", "stop sms", "„stop“", "ＳＴＯＰ", "STOP STOP",
        "unsubscrıbe", "stop?",
    ],
    "start": ["START", "start.", "UNSTOP", "Tilmeld"],
    "other": [
        "", " ", "?", "👍", "0", "4", "12", "22", "1 2", "½", "jeg kommer 2 minutter for sent",
        "Jeg kommer ikke", "Nej", "nej tak", "NO", "1 afbud", "2 ja", "ja, men ikke kl. 2",
        "Kan jeg få en ny tid den 3.?", "Afbud til i morgen, men kommer på fredag",
        "stop lige engang", "2 personer kommer", "ring til mig", "cancel my appointment", "tak",
        "Hej", "A B", "G", "AA", "Jeg vil ikke melde afbud", "2 mvh Karen", "मुझे नहीं", "не приду",
        "æøå", "\x00", "2,5", "1/2", "kl. 2", "Hvem er I?", "start 2", "ikke 2", "2?", "afbud?",
        "A?", "2 2", "2/2", "1.1.",
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "meaning"), [(text, meaning) for meaning, said in SAID.items() for text in said]
)
def test_what_is_said(text: str, meaning: str) -> None:
    assert understand(text) == Understood(meaning)  # type: ignore[arg-type]  # one of them


@pytest.mark.parametrize("letter", LETTERS)
@pytest.mark.parametrize("written", ["{}", "{}.", " {}! ", "'{}'", "svar {}", "{} tak", "{} 👍"])
def test_a_letter_answers_which(letter: str, written: str) -> None:
    for text in (written.format(letter), written.format(letter.lower())):
        assert understand(text) == Understood("which", letter)


@given(st.text())
def test_any_text_means_one_thing_and_the_same_in_capitals(text: str) -> None:
    understood = understand(text)
    assert understood == understand(text.upper()) == understand(f"“{text}.” ")
    assert (understood.letter != "") == (understood.meaning == "which")


_KNOWN = [(text, meaning) for meaning, said in SAID.items() if meaning != "other" for text in said]
_DRESS = st.text(string.punctuation.replace("?", "") + " \n\t»«“”…–🙂👍", max_size=5)


@given(st.sampled_from(_KNOWN), _DRESS, _DRESS, st.sampled_from([str.upper, str.lower, str.title]))
def test_punctuation_emoji_and_capitals_change_nothing(
    known: tuple[str, str], before: str, after: str, cased: object
) -> None:
    text, meaning = known
    assert callable(cased)
    assert understand(before + cased(text) + after).meaning == meaning


@given(
    st.sampled_from(["1", "2", "3", "ja", "afbud", "ny tid"]),
    st.lists(st.sampled_from(["jeg", "kan", "ikke", "om", "i", "dag", "minutter"]), min_size=1),
    st.booleans(),
)
def test_a_sentence_is_never_acted_on(answer: str, sentence: list[str], first: bool) -> None:
    words = [answer, *sentence] if first else [*sentence, answer]
    assert understand(" ".join(words)).meaning == "other"
