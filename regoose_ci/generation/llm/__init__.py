"""The generator that asks a language model, and the judge that does."""
