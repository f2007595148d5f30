"""Images: asked like a browser does, recognised by their first bytes."""
