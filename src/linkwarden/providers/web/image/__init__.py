"""Images: requested as a browser does, recognised by their first bytes."""
