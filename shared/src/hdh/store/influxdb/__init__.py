"""The InfluxDB store: generations 1 and 2, line protocol in, InfluxQL as CSV out."""
