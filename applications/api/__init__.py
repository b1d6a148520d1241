"""API of the first floor: applications that provincial systems submit and follow."""

from applications.api.calls import routes

__all__ = ["routes"]
