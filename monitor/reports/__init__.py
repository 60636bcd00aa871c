"""Weekly summaries, and what they quote: figures once, then documents."""
