"""What the store must be given: projects and tokens."""
