"""Measures, ports, returns, sign-offs and campaigns in the staff site."""

from measures.admin import reference, returns, signing

__all__ = ["reference", "returns", "signing"]
