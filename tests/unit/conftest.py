"""The hypothesis profiles of the unit tests; `HYPOTHESIS_PROFILE=soak` looks much further."""

import os

from hypothesis import settings

# a deadline measures the machine, not the code
settings.register_profile("unit", deadline=None)
settings.register_profile("soak", deadline=None, max_examples=100 * settings().max_examples)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "unit"))
