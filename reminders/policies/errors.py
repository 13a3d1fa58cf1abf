"""What policies refuse."""

from booking.platform.errors import DomainError


class PolicyNotReady(DomainError):
    """The draft has faults that bar it. `context['flaws']`: see `checking.check`."""

    code = "policy_not_ready"


class NoPolicyDraft(DomainError):
    """There is no draft: it was published or thrown away meanwhile."""

    code = "no_policy_draft"


class ExperimentRuns(DomainError):
    """An experiment runs under the policy, and changing it would spoil the comparison."""

    code = "experiment_runs"


class WordingNotReady(DomainError):
    """A text has faults that bar it. `context['findings']`: see `texts.lints`."""

    code = "wording_not_ready"
