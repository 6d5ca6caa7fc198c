"""Settings of the property tests: many small ones, on machines of any speed."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("reports", deadline=None, max_examples=50, database=None)
settings.load_profile("reports")
