"""What an HTTP response means for a link, whoever asked for it."""
