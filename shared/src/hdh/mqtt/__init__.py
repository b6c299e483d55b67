"""What publishes over MQTT: a session that gives nothing up, and the pace of the past."""
