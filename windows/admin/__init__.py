"""The staff site's part on the ground: windows and their ledger, reference data, officers."""

from windows.admin import ledger, reference

__all__ = ["ledger", "reference"]
