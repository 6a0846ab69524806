"""The page about a run. Imports what is below, and nothing imports it but `compare`."""
