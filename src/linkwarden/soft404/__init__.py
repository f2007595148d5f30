"""Detection of pages that are gone although the server answers 200."""
