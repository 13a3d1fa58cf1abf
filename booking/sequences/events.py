"""What happens to sequences, told to whoever subscribed, inside the same transaction."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SequenceEnded:
    """The rest of a sequence was given up, in order of time; each has been told of by itself."""

    sequence_id: int
    patient_id: int
    clinic_id: int
    appointment_ids: tuple[int, ...]


@dataclass(frozen=True)
class SequenceMoved:
    """A combined day was moved as a whole; each time has been told of by itself too."""

    sequence_id: int
    patient_id: int
    clinic_id: int
    appointment_ids: tuple[int, ...]


@dataclass(frozen=True)
class SequenceBooked:
    """Several times were booked at once, in order of time; each has been told of by itself too."""

    sequence_id: int
    patient_id: int
    clinic_id: int
    appointment_ids: tuple[int, ...]
