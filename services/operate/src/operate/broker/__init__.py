"""What the broker must be given: users, rights, certificates."""
