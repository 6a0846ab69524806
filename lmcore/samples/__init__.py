"""The stories of the `sample` stage, and how they look beside real ones.

Imports `generation`, `dataset` and below.
"""
