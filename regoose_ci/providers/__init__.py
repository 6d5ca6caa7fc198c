"""Language models behind one protocol: adapters, router, budget, cache, recording."""
