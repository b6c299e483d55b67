"""What the services of the Healthy Digital House stack agree on."""
