"""Faults made on purpose, between the operator and a real API server."""
