"""The sample change that `regoose demo` reviews."""
