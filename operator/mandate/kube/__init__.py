"""The port to the API server: login, and a thin client whose writes are server-side apply."""
