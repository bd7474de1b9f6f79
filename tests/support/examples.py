"""How many examples a property is tried with."""

from hypothesis import HealthCheck, settings

QUICK = "quick"
"""Profile of `scripts/test --quick`."""
_QUICK_EXAMPLES = 10


def register() -> None:
    """Make the profile known, before any test is imported."""
    settings.register_profile(QUICK, max_examples=_QUICK_EXAMPLES)


def examples(most: int) -> int:
    """Return so many examples, and no more than a few in a quick run."""
    is_quick = settings.get_current_profile_name() == QUICK
    return min(most, _QUICK_EXAMPLES) if is_quick else most


thorough = settings(
    max_examples=examples(150),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
"""For properties: the same examples in every run, so that a failure is that of the change."""
