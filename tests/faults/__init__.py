"""Faults on a real API server: kills, restarts, and a network that loses, delays and refuses."""
