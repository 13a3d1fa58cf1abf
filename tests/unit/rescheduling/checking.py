"""An independent judge of a plan: it counts tick by tick and shares nothing with the solver."""

from collections import Counter
from collections.abc import Sequence

from booking.rescheduling.candidates import Free, Moving
from booking.rescheduling.proposing import Plan


def faults(moving: Sequence[Moving], free: Free, plan: Plan) -> list[str]:
    """Every hard rule that a plan breaks, in words; none for a plan that may be carried out."""
    found: list[str] = []
    used: Counter[tuple[str, int, int]] = Counter()
    if sorted([*plan.places, *plan.unplaced]) != sorted(one.id for one in moving):
        found.append("not everyone is accounted for once")
    for one in moving:
        place = plan.places.get(one.id)
        if place is None:
            continue
        end = place.start + one.length
        midnight = max(day for day in free.days if day <= place.start)
        checks = {
            "window": one.earliest <= place.start and end <= one.latest,
            "grid": (place.start - midnight) % one.grid == 0,
            "able": place.clinician in one.clinicians,
            "form": place.form in one.forms,
            "rooms": len(place.rooms) == (len(one.rooms) if place.form == "in_person" else 0)
            and all(room in group for room, group in zip(place.rooms, one.rooms, strict=False)),
            "busy": all(end <= first or last <= place.start for first, last in one.busy),
        }
        found += [f"{one.id}: {name}" for name, kept in checks.items() if not kept]
        for tick in range(place.start - one.before, end + one.after):
            used["resource", place.clinician, tick] += 1
            if not free.clinicians[place.clinician, place.site][tick]:
                found.append(f"{one.id}: clinician not free at {tick}")
            for room in place.rooms:
                used["resource", room, tick] += 1
                if not free.rooms[room, place.site][tick]:
                    found.append(f"{one.id}: room not free at {tick}")
                within = place.start <= tick < end and free.open_rooms is not None
                if within and not (free.open_rooms or {})[room, place.site][tick]:
                    found.append(f"{one.id}: room not open at {tick}")
        for tick in range(place.start, end):
            used["patient", one.patient, tick] += 1
    found += [f"{key} taken {count} times" for key, count in used.items() if count > 1]
    return found
