"""One bus for events, and who listens to it: the session's log (later metrics)."""
