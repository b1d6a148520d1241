"""Measures, ports, returns, campaigns and the policy query in the staff site."""

from measures.admin import policy, reference, returns

__all__ = ["policy", "reference", "returns"]
