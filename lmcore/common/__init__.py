"""What every part uses: parameters, paths, errors, progress, files that are whole or absent.

Imports nothing else of this library.
"""

from lmcore.common import paths
from lmcore.common.atomic_files import atomic_directory, atomic_file, write_json, write_text
from lmcore.common.checksums import verify_checksums, write_checksums
from lmcore.common.end_of_text import END_OF_TEXT
from lmcore.common.errors import LmcoreError, StageCommand
from lmcore.common.json_files import read_json
from lmcore.common.memory import main_memory
from lmcore.common.params import Params, load_params
from lmcore.common.parent_process import parent_died
from lmcore.common.progress import Progress
from lmcore.common.units import LN2

__all__ = [
    "END_OF_TEXT",
    "LN2",
    "LmcoreError",
    "Params",
    "Progress",
    "StageCommand",
    "atomic_directory",
    "atomic_file",
    "load_params",
    "main_memory",
    "parent_died",
    "paths",
    "read_json",
    "verify_checksums",
    "write_checksums",
    "write_json",
    "write_text",
]
