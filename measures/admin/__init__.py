"""Measures, ports, returns and campaigns in the staff site."""

from measures.admin import reference, returns, steering

__all__ = ["reference", "returns", "steering"]
