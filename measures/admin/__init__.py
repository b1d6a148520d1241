"""Measures, policy, ports, returns, campaigns, bulletins, targets and alerts in the staff site."""

from measures.admin import bulletin, policy, reference, returns, signoffs, steering

__all__ = ["bulletin", "policy", "reference", "returns", "signoffs", "steering"]
