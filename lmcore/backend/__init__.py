"""What exists only for speed: process set-up, dispatch, streams and CPU kernels.

No formula is defined here: each kernel computes a formula of `model/` or `training/`
and a test holds the two equal. Imports `common` alone.
"""

from lmcore.backend.memory import check_fits_memory
from lmcore.backend.setup import Backend, setup

__all__ = ["Backend", "check_fits_memory", "setup"]
