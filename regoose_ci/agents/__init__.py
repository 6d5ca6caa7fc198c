"""The agents of a review, and the orchestrator that runs them from a plan."""
