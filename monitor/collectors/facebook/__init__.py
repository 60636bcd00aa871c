"""Facebook's Graph API for pages."""
