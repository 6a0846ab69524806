"""Which run a checkpoint belongs to: everything that decides the bits of the result."""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from lmcore import backend
from lmcore.backend.dispatch import implementation
from lmcore.common.params import Params
from lmcore.dataset.shards import TokenShards

# Parameters that do not change the result, so they are not part of the fingerprint.
_WITHOUT_EFFECT = {"checkpoint_every", "max_loss_spike"}


def run_fingerprint(params: Params, data: dict[str, TokenShards]) -> dict[str, Any]:
    """Return everything that decides the bits of a run's result, as plain JSON values."""
    return {
        "model": params.model.model_dump(),
        "train": params.train.model_dump(exclude=_WITHOUT_EFFECT),
        "tokens": {split: shards.index for split, shards in data.items()},
        "backend": asdict(backend.setup()),
        "implementation": implementation(),
        "code": code_version(),
    }


def run_key(fingerprint: dict[str, Any]) -> str:
    """Return a short hash of a fingerprint, the name of the run's folder."""
    text = json.dumps(fingerprint, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def code_version() -> str:
    """Return a hash of every module of this library that is loaded, and of its C sources."""
    digest = hashlib.sha256()
    for name in sorted(name for name in sys.modules if name.partition(".")[0] == "lmcore"):
        source = getattr(sys.modules[name], "__file__", None)
        if source:
            digest.update(name.encode() + b"\0" + Path(source).read_bytes())
    for source in sorted(Path(backend.__file__).parent.rglob("*.c")):
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    return digest.hexdigest()
