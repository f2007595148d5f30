"""arXiv: ids, its API, and the provider."""
