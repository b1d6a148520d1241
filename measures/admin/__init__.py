"""Measures, ports, returns, prevention, risk and campaigns in the staff site."""

from measures.admin import prevention, reference, returns, risk

__all__ = ["prevention", "reference", "returns", "risk"]
