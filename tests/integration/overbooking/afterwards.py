"""Mornings that are over: what was expected of them, and what came."""

from datetime import date, timedelta
from typing import Any

import numpy as np
from sqlalchemy import insert

from booking.appointments.models import Appointment
from booking.overbooking.models import SessionPrediction
from tests import factories as make
from tests.integration.overbooking.morning import Morning


def mornings_over(
    morning: Morning,
    number: int,
    *,
    extras: int = 1,
    overtime: float = 6.0,
    wait: float = 8.0,
    longer: float = 1.0,
    missed: float = 1.44,
    patients: int = 80,
    before: int = 0,
) -> None:
    """So many mornings, the latest two days ago, of which 6 minutes' overtime, 8 of waiting and
    12 % missing were expected; committed.

    before: so many days earlier. longer: what the older half of the patients wait, as a share of
    what the others do.
    """
    draw, session = np.random.default_rng(5), morning.session
    people = [
        make.patient(session, morning.clinic, birth_date=date(1980 if rank % 2 else 1940, 1, 1)).id
        for rank in range(patients)
    ]
    rows, visits = [], []
    for back in range(number):
        start = (session.now() - timedelta(days=2 + before + back)).replace(
            hour=7, minute=0, second=0, microsecond=0
        )
        shares = draw.exponential(wait / (0.5 + longer / 2), size=12)
        minutes = [float(one) * (1 if rank % 2 else longer) for rank, one in enumerate(shares)]
        over, gone = float(draw.exponential(overtime)), int(draw.binomial(12, missed / 12))
        rows.append(
            {
                **_expected(morning, extras),
                "starts_at": start, "ends_at": start + timedelta(hours=4),
                "kept_at": start - timedelta(hours=14), "observed_at": start + timedelta(hours=5),
                "missed": gone, "came": 12 - gone,
                "observed_overtime": over, "waits": 12,
                "observed_wait": float(np.mean(minutes)),
                "long_waits": sum(one > 30 for one in minutes),
            }
        )  # fmt: skip
        visits += [
            {
                **_visit(morning, people[int(draw.integers(patients // 2)) * 2 + rank % 2]),
                "starts_at": start + timedelta(minutes=20 * rank),
                "ends_at": start + timedelta(minutes=20 * rank + 20),
                "called_in_at": start + timedelta(minutes=20 * rank + waited),
                "booked_at": start - timedelta(days=30),
                "uid": f"{before + back}-{rank}",
            }
            for rank, waited in enumerate(minutes)
        ]
    session.execute(insert(SessionPrediction), rows)
    session.execute(insert(Appointment), visits)
    session.commit()


def _expected(morning: Morning, extras: int) -> dict[str, Any]:
    return {
        "clinic_id": morning.clinic.id, "clinician_id": morning.doctor.id,
        "site_id": morning.site.id, "booked": 12, "extras": extras, "expected": 1.44,
        "missing": 1.3, "late": 0.12, "overtime": 6.0, "idle": 30.0, "wait": 8.0,
        "longest_wait": 14.0, "long_wait": 0.04,
    }  # fmt: skip


def _visit(morning: Morning, patient_id: int) -> dict[str, Any]:
    return {
        "clinic_id": morning.clinic.id, "site_id": morning.site.id, "patient_id": patient_id,
        "visit_type_id": morning.visit_type.id, "clinician_id": morning.doctor.id,
        "form": "in_person", "status": "fulfilled", "participant": "accepted",
    }  # fmt: skip
