"""Measures, ports, returns, campaigns and bulletins in the staff site."""

from measures.admin import bulletin, reference, returns

__all__ = ["bulletin", "reference", "returns"]
