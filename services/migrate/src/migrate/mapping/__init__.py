"""The mapping file: its schema, reading it, what it means for a series, and proposing one."""
