"""Moves history from old servers and files into the store, and proves that it arrived."""
