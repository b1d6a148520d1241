"""Measures, ports, returns and campaigns in the staff site."""

from measures.admin import reference, returns

__all__ = ["reference", "returns"]
