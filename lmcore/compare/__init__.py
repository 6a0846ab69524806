"""What differs between two runs, and why: `python -m stages.compare A B`."""
