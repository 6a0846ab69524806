"""Where the pipeline keeps things, relative to the repository's root.

`dvc.yaml` names the same places; tests/pipeline holds the two together.
"""

from pathlib import Path

DATA = Path("data")
PARAMS_CHECKED = DATA / "params_checked"  # says that params.yaml is valid
RAW = DATA / "raw"  # stories as parquet, one folder for both splits
TOKENIZER = DATA / "tokenizer"  # tokenizer.json and GPT-2's merges.txt
TOKENS = DATA / "tokens"  # train/ and validation/: uint16 shards and index.json
MODEL = DATA / "model"  # model.safetensors, config.json, tokenizer.json
KEPT = DATA / "checkpoints"  # the weights at a few steps of training, and their index.json
EVALUATION = DATA / "evaluation"  # what `evaluate` measured, in detail
HEADLINE = "headline.json"  # there: the bytes of data/metrics/evaluation.json, with a checksum
INSIDE = DATA / "inside"  # inside.json: what the parts of the model do
SAMPLES = DATA / "samples"  # stories the model wrote
REPORT = DATA / "report"  # index.html
EXPORT = DATA / "export"  # the model for other programs; no stage of dvc.yaml
FIGURES = DATA / "figures"  # what the other stages counted and measured, as JSON
METRICS = DATA / "metrics"  # what git keeps: the headline figures for `dvc metrics`, the merges
PLOTS = DATA / "plots"  # CSV files for `dvc plots`
CHECKPOINTS = DATA / ".checkpoints"  # survives reruns: no stage owns it
DOWNLOADS = DATA / ".downloads"  # parts of a broken download
TIMINGS = DATA / ".timings"  # wall-clock figures; no stage depends on them
CELLS = DATA / "experiments"  # results of the cells of experiments, one file each
EXPERIMENTS = DATA / ".experiments"  # stories, tokenizer and tokens that cells share
