"""Fast forms of the formulas of `model` and `training`, one file per formula.

A kernel takes arrays and plain callables and knows no model. The formula itself
stands in `model/` or `training/`, beside a table that names its implementations;
tests hold them equal, values and gradients.
"""
