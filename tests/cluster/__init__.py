"""On a real API server; nothing here is faked."""
