"""The fitted classifier: probabilities, flags and reasons."""
