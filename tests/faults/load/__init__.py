"""A thousand gateways at once, over TLS and with passwords, beside clients that never finish what they begin."""
