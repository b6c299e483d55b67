"""Moves history from old servers and files into the store, and proves that it arrived."""

import os

# Before numpy comes: its BLAS begins a thread for each core, which spins for a while, and nothing here needs one.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
