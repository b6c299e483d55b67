"""The dashboard: serves its pages, and passes their requests on to the query API."""
