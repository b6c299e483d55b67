"""The archive of a backup: one compressed tar file that carries its own checksums."""
