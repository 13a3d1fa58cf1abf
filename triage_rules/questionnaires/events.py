"""What happened to questionnaires, told inside the same transaction."""

from dataclasses import dataclass


@dataclass(frozen=True)
class QuestionnaireAsked:
    """A patient has a questionnaire to answer."""

    request_id: int
    patient_id: int
    clinic_id: int


@dataclass(frozen=True)
class QuestionnaireAnswered:
    """A patient's answers are in, for the first time to this request."""

    response_id: int
    patient_id: int
    clinic_id: int


@dataclass(frozen=True)
class QuestionnaireCorrected:
    """Answers were put right: `response_id` now stands instead of `replaced_id`."""

    response_id: int
    replaced_id: int
    patient_id: int
    clinic_id: int


@dataclass(frozen=True)
class QuestionnaireOverdue:
    """The day by which a questionnaire should have been answered is past."""

    request_id: int
    patient_id: int
    clinic_id: int


@dataclass(frozen=True)
class QuestionnaireWithdrawn:
    """A question that was not answered is taken back."""

    request_id: int
    patient_id: int
    clinic_id: int


@dataclass(frozen=True)
class PatientWantsContact:
    """A patient pressed 'I want to be contacted'; it always wins over what answers say."""

    patient_id: int
    clinic_id: int
