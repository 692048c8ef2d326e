"""Policy: which rule answers a mention, and why. The text of a policy is data."""

from responder.policy.values import (
    Decision,
    Effect,
    Example,
    Facts,
    Policy,
    PolicyMode,
    Rule,
    decide,
)

__all__ = ["Decision", "Effect", "Example", "Facts", "Policy", "PolicyMode", "Rule", "decide"]
