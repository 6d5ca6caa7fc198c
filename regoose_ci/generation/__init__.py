"""Turn observations into candidate tests. Pure: nothing of the reviewed project runs here."""
