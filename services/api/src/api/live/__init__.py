"""Readings as they are written: followed at each ingest once, told to everyone who listens."""
