"""The console: what it lets in and shows, and a whole migration by clicks in a browser."""
