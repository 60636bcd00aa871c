"""Alerts: what is out of its usual range, or did not happen, told once to those who look after it."""
