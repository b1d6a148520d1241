"""The staff site's part on the ground: windows and their ledger, reference data, officers."""

from windows.admin import calendars, ledger, reference, tokens

__all__ = ["calendars", "ledger", "reference", "tokens"]
