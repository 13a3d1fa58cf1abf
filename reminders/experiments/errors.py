"""What an experiment refuses."""

from booking.platform.errors import DomainError


class ExperimentBegun(DomainError):
    """It runs or is over: what it compares, and until when, stands."""

    code = "experiment_begun"


class ExperimentNotRunning(DomainError):
    """Only one that runs can be stopped."""

    code = "experiment_not_running"


class ExperimentNotApproved(DomainError):
    """Nobody has said who approved it."""

    code = "experiment_not_approved"


class NothingToCompare(DomainError):
    """There is one model only, or two that send the same."""

    code = "experiment_nothing_to_compare"


class EndTooEarly(DomainError):
    """The day it ends is not in the future."""

    code = "experiment_end_too_early"


class AnotherRuns(DomainError):
    """Another experiment runs under the same policy: nobody could say which did what."""

    code = "experiment_another_runs"


class UsualHasChanged(DomainError):
    """The policy was published anew after the draft was made."""

    code = "experiment_usual_has_changed"


class ModelFlawed(DomainError):
    """The model could not be published as a policy; `flaws` are what is wrong."""

    code = "experiment_model_flawed"


class NoUsualModel(DomainError):
    """The policy has no version that counts, so there is nothing to hold others against."""

    code = "experiment_no_usual_model"


class ExperimentNotOver(DomainError):
    """Only when it is over can one of its models be taken into use."""

    code = "experiment_not_over"


class DraftInTheWay(DomainError):
    """Somebody is writing in the policy: their draft is not written over."""

    code = "experiment_draft_in_the_way"
