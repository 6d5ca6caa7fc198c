"""Interpreters, dependencies and project builds: what reviewed code needs in order to run.

Nothing of the reviewed project runs here. Files are read as text, the fetch step installs
wheels only, and whatever has to be built is handed to a ``BuildSandbox``.
"""
