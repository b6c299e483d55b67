"""HTTP routes, one file a resource."""

V1 = "/v1"
"""The version's prefix; each router carries it, so that a route knows its whole path."""
