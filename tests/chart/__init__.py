"""The charts, by the real helm; on a real API server."""
