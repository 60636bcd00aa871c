"""Reports of a week, month or quarter, and what they quote: figures once, then documents."""
