"""Measures, ports, returns, sign-offs and campaigns in the staff site."""

from measures.admin import reference, returns, signoffs, steering

__all__ = ["reference", "returns", "signoffs", "steering"]
