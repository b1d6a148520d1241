"""The staff site's part on the ground: windows and their ledger, prevention, reference data, officers."""

from windows.admin import calendars, ledger, prevention, reference, tokens

__all__ = ["calendars", "ledger", "prevention", "reference", "tokens"]
