"""Operates the stack: set-up, gateways, backup and restore."""
