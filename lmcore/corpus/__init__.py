"""Where stories come from: our grammar, data sets of the Hub, a folder of files.

Imports `dataset` and `common`, and never mlx.
"""
