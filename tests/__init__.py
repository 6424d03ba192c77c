"""Tests: the rules in microseconds, the rest on a real API server."""
