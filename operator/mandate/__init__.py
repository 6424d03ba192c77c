"""Mandate: nothing reaches a shared cloud that was not approved."""

__all__ = ["__version__"]

__version__ = "0.1.0"
