"""One hypothesis profile for every unit test."""

from hypothesis import settings

# a deadline measures the machine, not the code
settings.register_profile("unit", deadline=None)
settings.load_profile("unit")
