"""Tests without a model: what was observed, chosen and worded as a person would."""
