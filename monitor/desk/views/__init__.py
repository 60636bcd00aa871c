"""What pages show: rows of the database turned into what a template draws."""
