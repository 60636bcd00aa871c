"""What every page needs: sessions, forms, rights, languages, and the server."""
