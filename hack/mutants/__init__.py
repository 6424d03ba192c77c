"""Switches guards and rules off, one line at a time, and asks the tests that prove them."""
