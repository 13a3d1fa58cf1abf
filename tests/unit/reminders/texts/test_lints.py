"""What is found in a text before patients get it, and that what comes with Rettid is clean."""

from dataclasses import dataclass, replace

import pytest

from reminders.texts.fields import WORST
from reminders.texts.lints import ANSWERS, REPLACEMENTS, Finding, lint, lint_languages, shipped
from reminders.texts.segments import count
from reminders.texts.standard import NAMES, STANDARD, texts_of

WORST_DA = {
    **WORST["da"],
    "sted": "Universitetshospitalet NN",
    "telefon": "+45 20 30 10 20",
    "link": "https://tider.example.dk/mine-tider",
    "klinik": "Ambulatorium 3",
}


@dataclass(frozen=True)
class Asked:
    """A text and whom it is from, all in order."""

    text: str = "Husk din tid på {sted} {dag} kl. {kl}. {svar}"
    channel: str = "sms"
    clinic_name: str = "Ambulatorium 3"
    may_link: bool = True
    may_reply: bool = True
    code: str = "reminder"
    language: str = "da"
    subject: str = ""
    place: str = WORST_DA["sted"]

    def found(self) -> dict[str, Finding]:
        """The findings by their codes."""
        found = lint(
            self.text,
            channel=self.channel,
            language=self.language,
            worst=WORST_DA | {"sted": self.place},
            clinic_name=self.clinic_name,
            may_link=self.may_link,
            may_reply=self.may_reply,
            code=self.code,
            subject=self.subject,
        )
        assert found == sorted(found, key=lambda one: one.severity)
        return {one.code: one for one in found}


def codes(text: str, **asked: object) -> set[str]:
    """What is found in a text, by code."""
    return set(replace(Asked(text, code=""), **asked).found())  # type: ignore[arg-type]


def test_nothing_is_found_in_a_good_text() -> None:
    assert Asked().found() == {}


@pytest.mark.parametrize("text", ["", "  \n"])
def test_an_empty_text(text: str) -> None:
    assert codes(text) == {"empty"}


def test_the_length_is_that_of_the_worst_case() -> None:
    text = "Husk din tid på {sted} {dag} kl. {kl}. {svar} " + "x" * 70
    found = Asked(text).found()
    assert found["over_one_part"].details["parts"] == 2
    assert found["over_one_part"].severity == "warning"
    assert "over_one_part" not in Asked(text, channel="voice").found()


def test_characters_outside_the_alphabet_are_named_with_better_ones() -> None:
    finding = Asked("Husk – {dag}’s tid ł {svar}").found()["ucs2"]
    assert finding.details["characters"] == ("–", "’", "ł")
    assert finding.details["replacements"] == {"–": "-", "’": "'"}


def test_every_better_character_is_in_the_alphabet() -> None:
    assert {count(better).encoding for better in REPLACEMENTS.values()} == {"GSM-7"}
    assert {count(worse).encoding for worse in REPLACEMENTS} == {"UCS-2"}


def test_a_language_with_letters_of_its_own_is_not_told_to_do_without() -> None:
    found = Asked("موعدك {dag} {kl}", language="ar", may_reply=False).found()
    assert found == {}
    assert (
        "over_one_part" in Asked("موعدك {dag} {kl} {sted} {telefon} {svar}", language="ar").found()
    )


def test_a_place_may_force_it_too() -> None:
    finding = Asked(place="Łódź").found()["ucs2_from_fields"]
    assert finding.details["fields"] == ("sted",)


@pytest.mark.parametrize(
    "text",
    [
        "Svar CANCEL for afbud", "Reply with QUIT to cancel", "Send END", "Skriv stop nu",
        "Svar STOP", "Reply cancel if you cannot come",
    ],
)  # fmt: skip
def test_words_that_an_answer_is_taken_for_opting_out(text: str) -> None:
    assert "opt_out_word" in codes(text)


@pytest.mark.parametrize("text", ["Reply YES", "svar yes", "Svar START"])
def test_words_that_an_answer_is_taken_for_opting_in(text: str) -> None:
    assert "opt_in_word" in codes(text)


@pytest.mark.parametrize(
    "text",
    ["Bus stop A ved døren", "Send os et svar inden start", "Det er yes. Svar 1", "Svar 2=afbud"],
)
def test_other_use_of_them_is_no_matter(text: str) -> None:
    assert not codes(text) & {"opt_out_word", "opt_in_word"}


def test_the_answer_to_stop_may_tell_of_start() -> None:
    text = "Svar START, hvis du vil have dem igen"
    assert Asked(text, code="stop_confirmed").found() == {}


@pytest.mark.parametrize("text", ["Svar 1", "Svar med JA", "Reply 2", "send AFBUD til os"])
def test_a_name_cannot_be_answered(text: str) -> None:
    assert "cannot_be_answered" in codes(text, may_reply=False)
    assert "cannot_be_answered" not in codes(text)


@pytest.mark.parametrize("text", ["Svar ikke på denne besked", "{svar} OBS: husk {dag}"])
def test_a_name_may_send_what_asks_for_no_answer(text: str) -> None:
    assert codes(text, may_reply=False) == set()


@pytest.mark.parametrize(
    "text", ["Se {link}", "Se https://x.dk/a", "se www.rn", "Se aalborguh.rn.dk", "se bit.ly/x"]
)
def test_links_only_from_those_who_may(text: str) -> None:
    assert codes(text, may_link=False) == {"link_refused"}
    assert codes(text) == set()


def test_a_full_stop_without_a_space_is_no_link() -> None:
    assert codes("Kom kl.9.30 i dag.Husk sygesikring", may_link=False) == set()


@pytest.mark.parametrize(
    "word",
    [
        "Diabetes Ambulatoriet", "Reumatologisk", "Onkologi", "Psykiatrien", "astma", "brystkræft",
        "gigt", "HIV", "Lungeambulatoriet", "hjertet", "Fertilitetsklinikken", "Cancer", "KOL",
        "Leddegigtklinikken", "Heart Clinic", "Børneastma",
    ],
)  # fmt: skip
def test_words_that_tell_of_an_illness(word: str) -> None:
    assert "reveals" in codes(f"Husk {word}")
    assert "clinic_reveals" in codes("Husk {klinik}", clinic_name=word)
    assert codes(f"Husk {word}", clinic_name=word) == {"clinic_reveals"}
    assert codes("Husk {dag}", clinic_name=word) == set()
    assert "place_reveals" in Asked(place=word).found()
    assert "reveals" not in codes(f"Husk {word}", channel="letter", subject="Tid")


@pytest.mark.parametrize(
    "word",
    ["hjertelig hilsen", "kolde dage", "vigtigt", "nøjagtigt", "Hospitalet", "kræfter", "arkiv"],
)
def test_words_that_only_look_like_it(word: str) -> None:
    assert codes(f"Med {word}") == set()


def test_who_the_patient_is_never_stands_in_a_text() -> None:
    assert codes("Hej {navn}") == {"sensitive_field"}
    assert codes("Hej {CPR}") == {"sensitive_field"}
    assert codes("Du er 010170-1234") == {"cpr"}
    assert codes("Ring 20 30 10 20 eller +4520301020") == set()


def test_fields() -> None:
    assert codes("{dato} {dag") == {"unknown_field"}
    assert codes("{valg}") == {"no_value"}


def test_a_reminder_that_says_nothing_of_the_answers() -> None:
    text = "Husk {dag} kl. {kl}"
    assert set(Asked(text).found()) == {"reply_keys_missing"}
    assert Asked(text, may_reply=False).found() == {}
    assert Asked(text, code="cancelled").found() == {}
    assert Asked(f"{text} Svar 1 ja, 2 afbud eller 3 ny tid").found() == {}


@pytest.mark.parametrize("text", ["Husk din tid. {svar}", "Husk {dag}. {svar}", "kl. {kl}. {svar}"])
def test_a_reminder_that_does_not_say_when(text: str) -> None:
    assert set(Asked(text).found()) == {"time_missing"}
    assert Asked(text, code="cancelled").found() == {}


def test_letters_have_a_subject_and_are_not_answered_by_digits() -> None:
    assert codes("Husk", channel="letter") == {"no_subject"}
    assert codes("Husk {svar}", channel="email", subject="Tid") == {"svar_outside_sms"}


def test_languages_and_channels_that_are_missing() -> None:
    texts = {"da": {"sms": ["", "x"]}, "en": {"letter": ["y", "x"]}}
    found = {one.code: one.details["languages"] for one in lint_languages(texts, ["da", "ar"])}
    assert found == {"missing_language": ("ar",), "missing_sms": ("en",)}
    assert lint_languages(texts_of("booked"), ["da", "en"]) == []


def test_the_words_are_in_small_letters() -> None:
    words = shipped()
    every = words.anywhere | words.beginning | words.whole | words.harmless
    assert {word for word in every if word != word.casefold()} == set()


EVERY = [
    (code, language, channel)
    for code, languages in STANDARD.items()
    for language, channels in languages.items()
    for channel in channels
]


@pytest.mark.parametrize("may", [True, False])
@pytest.mark.parametrize(("code", "language", "channel"), EVERY)
def test_what_comes_with_rettid_is_clean(code: str, language: str, channel: str, may: bool) -> None:
    text = STANDARD[code][language][channel]
    worst = {**WORST_DA, **WORST[language]}
    if code == "whose":
        worst["valg"] = (
            "A: onsdag 24/11 kl. 09.00, B: torsdag 25/11 kl. 10.00, C: fredag 26/11 kl. 11.00"
        )
    found = lint(
        text.body,
        channel=channel,
        language=language,
        worst=worst,
        clinic_name="Diabetes Ambulatoriet",
        may_link=may,
        may_reply=may,
        code=code,
        subject=text.subject,
    )
    assert found == []


def test_every_wording_is_in_every_language_and_has_the_same_channels() -> None:
    assert list(NAMES) == list(STANDARD)
    for languages in STANDARD.values():
        assert set(languages) == {"da", "en"}
        assert languages["da"].keys() == languages["en"].keys()
        assert "sms" in languages["da"]
    told = STANDARD.keys() - ANSWERS
    assert told == {
        "booked", "offered", "moved", "cancelled", "reminder", "reminder_last", "questionnaire",
        "offer", "offer_lost",
    }  # fmt: skip
    assert all({"sms", "voice", "email", "letter"} == STANDARD[code]["da"].keys() for code in told)


def test_the_answers_to_a_number_nobody_knows_tell_of_no_clinic() -> None:
    for code in ("stop_confirmed", "start_confirmed", "whose", "not_understood", "number_unknown"):
        for by_channel in STANDARD[code].values():
            for text in by_channel.values():
                assert "{" not in text.body.replace("{valg}", "")
                assert count(text.body).encoding == "GSM-7" or code == "whose"
