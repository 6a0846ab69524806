"""Before a run: repair, profiles, FLOPs, memory and time of a run, the overfit check.

Imports `training` and below.
"""
