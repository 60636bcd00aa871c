"""Users of the desk and programs of the API."""
