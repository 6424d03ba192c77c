"""Alerts and dashboard, checked by Prometheus itself and against what is exposed."""
