"""Where stories come from: our grammar, TinyStories from the Hub, a folder of files.

Imports `dataset` and `common`, and never mlx.
"""
