"""Believable houses that publish as real gateways do."""
