"""What every part uses: parameters, paths, errors, progress, files that are whole or absent.

Imports nothing else of this library.
"""
