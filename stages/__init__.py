"""The pipeline's entrypoints: `python -m stages.NAME`, one per stage of dvc.yaml.

They hold no logic: each reads the validated parameters, calls `lmcore` and
says what it wrote.
"""
