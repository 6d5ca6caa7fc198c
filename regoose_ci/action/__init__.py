"""What action.yml starts: prepare and publish talk to GitHub, review runs the session."""

from __future__ import annotations
