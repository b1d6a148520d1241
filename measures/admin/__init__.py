"""Measures, ports, returns, sign-offs, campaigns, bulletins, targets and alerts in the staff site."""

from measures.admin import bulletin, reference, returns, signoffs, steering

__all__ = ["bulletin", "reference", "returns", "signoffs", "steering"]
