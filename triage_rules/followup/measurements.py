"""What can be measured: codes, their names, units, and the values that can be right. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Measure:
    """One kind of measurement. label, label_en: its names. low, high: outside them it is a slip
    of the pen. step: the smallest difference between two values."""

    label: str
    label_en: str
    unit: str
    low: Decimal
    high: Decimal
    step: Decimal = Decimal(1)

    def name(self, language: str) -> str:
        """Its name in a language."""
        return self.label_en if language == "en" else self.label

    def fits(self, value: Decimal) -> bool:
        """True for a value that can be right: within the range, and on the grid of steps."""
        return (
            value.is_finite()
            and self.low <= value <= self.high
            and (value - self.low) % self.step == 0
        )


def _measure(label: str, label_en: str, unit: str, low: str, high: str, step: str) -> Measure:
    return Measure(label, label_en, unit, Decimal(low), Decimal(high), Decimal(step))


MEASURES: Mapping[str, Measure] = {
    "hba1c": _measure("HbA1c", "HbA1c", "mmol/mol", "15", "200", "1"),
    "systolic": _measure("Systolisk blodtryk", "Systolic blood pressure", "mmHg", "50", "300", "1"),
    "diastolic": _measure(
        "Diastolisk blodtryk", "Diastolic blood pressure", "mmHg", "30", "200", "1"
    ),
    "albuminuria": _measure(
        "Albumin/kreatinin i urin", "Urine albumin/creatinine", "mg/g", "0", "20000", "1"
    ),
    "ldl": _measure("LDL-kolesterol", "LDL cholesterol", "mmol/l", "0", "20", "0.1"),
    "weight": _measure("Vægt", "Weight", "kg", "20", "400", "0.1"),
    "bmi": _measure("BMI", "BMI", "kg/m²", "8", "100", "0.1"),
    "fev1": _measure("FEV1 i procent", "FEV1 percent", "% af forventet", "5", "200", "1"),
    "fev1_litres": _measure("FEV1 i liter", "FEV1 in litres", "l", "0.1", "9", "0.01"),
    "mrc": _measure("MRC (åndenød)", "MRC (breathlessness)", "trin", "1", "5", "1"),
    "smoking": _measure("Rygning", "Smoking", "cigaretter/dag", "0", "200", "1"),
    "act": _measure("ACT (astma)", "ACT (asthma)", "point", "5", "25", "1"),
    "flare_ra": _measure("FLARE-RA", "FLARE-RA", "point", "0", "10", "0.1"),
    "das28": _measure("DAS28", "DAS28", "point", "0", "10", "0.1"),
    "crp": _measure("CRP", "CRP", "mg/l", "0", "600", "0.1"),
    "calprotectin": _measure("F-calprotectin", "Faecal calprotectin", "mg/kg", "0", "30000", "1"),
    "haemoglobin": _measure("Hæmoglobin", "Haemoglobin", "mmol/l", "1", "20", "0.1"),
    "egfr": _measure("eGFR", "eGFR", "ml/min", "1", "200", "1"),
    "basdai": _measure("BASDAI", "BASDAI", "point", "0", "100", "0.1"),
    "basfi": _measure("BASFI", "BASFI", "point", "0", "100", "0.1"),
    "basmi": _measure("BASMI", "BASMI", "point", "0", "100", "0.1"),
    "seizures": _measure("Anfald siden sidst", "Seizures since last", "antal", "0", "10000", "1"),
    "eye_exam": _measure("Øjenundersøgelse", "Eye examination", "udført", "1", "1", "1"),
    "foot_exam": _measure("Fodundersøgelse", "Foot examination", "udført", "1", "1", "1"),
}
