"""The Lu'an story on a real API server, each step with what was expected and what happened."""
