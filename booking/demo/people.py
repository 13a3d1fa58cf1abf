"""Made-up people: names, CPR numbers on real dates that fail the modulus-11 check, addresses.

Pure. Given the same random generator the same people come out. Denmark has no phone numbers
for fiction; these begin with 94, which the national numbering plan holds in reserve. E-mail
addresses end in a domain reserved for examples.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from booking.people.cpr import fails_modulus_11

WOMEN = {  # born in or after the year
    1900: "Karen Inger Kirsten Birthe Else Ruth Grethe Bodil Lis Tove Edith Gerda Vibeke Jytte",
    1955: "Hanne Lone Susanne Bente Anette Charlotte Dorte Marianne Pia Helle Gitte Lene Tina",
    1980: "Louise Camilla Mette Maria Line Trine Sara Julie Emma Ida Freja Clara Alma Laura",
}
MEN = {
    1900: "Jørgen Poul Svend Knud Erik Kaj Aage Børge Egon Preben Verner Holger Niels Arne",
    1955: "Lars Jens Peter Henrik Søren Michael Jan Thomas Per Claus Torben Flemming Kim Bo",
    1980: "Mads Rasmus Christian Anders Kasper Jonas Emil Mikkel Oliver Noah Victor Malthe Magnus",
}
FAMILIES = (
    "Nielsen Jensen Hansen Pedersen Andersen Christensen Larsen Sørensen Rasmussen Jørgensen "
    "Petersen Madsen Kristensen Olsen Thomsen Christiansen Poulsen Johansen Møller Mortensen "
    "Bach Krogh Bundgaard Østergaard Højgaard Kjær Vestergaard Lund Nørgaard Holm Dahl Winther "
    "Toft Skov Bjerre Damgaard Frandsen Munk Søndergaard Gade Brix Overgaard Bang Ravn Lauridsen"
)
MIDDLES = "Lykke Birk Vang Hedegaard Storm Aagaard Kirk Bisgaard Fuglsang Nygaard Juhl"
FROM_ELSEWHERE = {  # language -> (women's names, men's names, family names)
    "ar": ("Amina Layla Zahra Noor", "Omar Hassan Yusuf Khalid Tariq", "Haddad Mansour Nasser"),
    "uk": ("Oksana Iryna Natalia Olena", "Andrij Taras Mykola Bohdan", "Kovalenko Bondar Tkachuk"),
    "pl": ("Agnieszka Ewa Dorota Zofia", "Piotr Marek Tomasz Jacek", "Kowalczyk Mazur Zieliński"),
    "so": ("Hodan Asha Ifrah Sahra", "Abdi Farah Mahad Liban", "Warsame Hirsi Jama"),
    "en": ("Grace Emily Hannah Fiona", "Oliver James Callum Ethan", "Turner Walsh Murray"),
}  # fmt: skip
STREETS = (
    "Lærkevej Havrevænget Bøgealle Kirkestien Møllebakken Strandtoften Fyrrevej Rugmarken "
    "Engdraget Skolegyden Åparken Klitvangen Hedelundsvej Fjordkrogen Skovduevej Tværstien"
)
TOWNS = (
    ("9000", "Aalborg"), ("9000", "Aalborg"), ("9210", "Aalborg SØ"), ("9400", "Nørresundby"),
    ("9220", "Aalborg Ø"), ("9200", "Aalborg SV"), ("9230", "Svenstrup J"), ("9530", "Støvring"),
    ("9800", "Hjørring"), ("9800", "Hjørring"), ("9850", "Hirtshals"), ("9900", "Frederikshavn"),
    ("9700", "Brønderslev"), ("9300", "Sæby"), ("7700", "Thisted"), ("7700", "Thisted"),
    ("7900", "Nykøbing M"), ("9600", "Aars"), ("9500", "Hobro"), ("9460", "Brovst"),
)  # fmt: skip
NEEDS = (
    ("interpreter", 0.01), ("walking_aid", 0.07), ("hearing", 0.06),
    ("companion", 0.05), ("several_problems", 0.04),
)  # fmt: skip

LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "ń": "n"})


@dataclass(frozen=True)
class Person:
    """Someone who does not exist. cpr: ten digits; phone: E.164; address: lines."""

    given_name: str
    family_name: str
    birth_date: date
    cpr: str
    phone: str
    email: str | None
    address: str
    language: str = "da"
    digital_exempt: bool = False
    needs: tuple[str, ...] = ()


class Town:
    """Makes people, none of them twice. today: nobody is born later."""

    def __init__(self, rng: Random, today: date) -> None:
        """rng: seeded, for the same town each time."""
        self._rng, self._today = rng, today
        self._numbers: set[str] = set()
        self._phones = iter(range(94_110_000, 94_199_999))

    def people(self, count: int) -> Iterator[Person]:
        """So many adults of the ages that come to outpatient clinics."""
        for _one in range(count):
            age = min(95.0, max(18.1, self._rng.gauss(59, 16)))
            yield self.person(age, language=self._language())

    def person(
        self,
        age: float,
        *,
        woman: bool | None = None,
        given_name: str = "",
        family_name: str = "",
        language: str = "da",
        needs: tuple[str, ...] | None = None,
        digital_exempt: bool | None = None,
    ) -> Person:
        """One person of an age in years; what is not given is left to chance."""
        rng = self._rng
        woman = rng.random() < 0.6 if woman is None else woman
        born = self._today - timedelta(days=round(age * 365.25))
        given_name = given_name or self._given(born, language, woman=woman)
        family_name = family_name or self._family(language)
        if needs is None:
            needs = tuple(need for need, share in NEEDS if rng.random() < share * age / 50)
            if language not in ("da", "en") and "interpreter" not in needs and rng.random() < 0.6:
                needs = ("interpreter", *needs)
        if digital_exempt is None:
            digital_exempt = rng.random() < (0.25 if age > 80 else 0.03)
        local = f"{given_name}.{family_name}".lower().replace(" ", ".")
        local = local.translate(LETTERS)
        postcode, town = rng.choice(TOWNS)
        return Person(
            given_name,
            family_name,
            born,
            self._cpr(born, woman=woman),
            f"+45{next(self._phones)}",
            None if digital_exempt or rng.random() < 0.3 else f"{local}@example.org",
            f"{rng.choice(STREETS.split())} {rng.randint(1, 98)}\n{postcode} {town}",
            language,
            digital_exempt,
            needs,
        )

    def _given(self, born: date, language: str, *, woman: bool) -> str:
        if language in FROM_ELSEWHERE:
            return self._rng.choice(FROM_ELSEWHERE[language][0 if woman else 1].split())
        by_year: Mapping[int, str] = WOMEN if woman else MEN
        names = by_year[max(year for year in by_year if year <= born.year)].split()
        first, second = self._rng.sample(names, 2)
        return f"{first} {second}" if self._rng.random() < 0.15 else first

    def _family(self, language: str) -> str:
        if language in FROM_ELSEWHERE:
            return self._rng.choice(FROM_ELSEWHERE[language][2].split())
        family = self._rng.choice(FAMILIES.split())
        return (
            f"{self._rng.choice(MIDDLES.split())} {family}" if self._rng.random() < 0.4 else family
        )

    def _language(self) -> str:
        foreign = self._rng.random() < 0.05
        return self._rng.choice(sorted(FROM_ELSEWHERE)) if foreign else "da"

    def _cpr(self, born: date, *, woman: bool) -> str:
        """A number on the birth date, its last digit even for a woman, that fails modulus 11."""
        seventh = "0123" if born.year < 2000 else "4567"
        while True:
            serial = self._rng.choice(seventh) + f"{self._rng.randrange(1000):03}"
            number = f"{born:%d%m%y}{serial}"
            right_sex = (int(number[-1]) % 2 == 0) == woman
            if right_sex and fails_modulus_11(number) and number not in self._numbers:
                self._numbers.add(number)
                return number
