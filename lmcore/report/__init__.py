"""The page at the end of the pipeline: one HTML file that needs nothing else."""
