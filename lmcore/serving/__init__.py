"""The page of a run and its model, served to a browser. Imports `report` and below."""
