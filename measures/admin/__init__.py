"""Measures, policy, ports, prevention, risk, campaigns, bulletins, targets and alerts in the staff site."""

from measures.admin import bulletin, policy, prevention, reference, returns, risk, signoffs, steering

__all__ = ["bulletin", "policy", "prevention", "reference", "returns", "risk", "signoffs", "steering"]
