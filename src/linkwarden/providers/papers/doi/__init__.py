"""DOIs: their URLs, the registries, and the provider."""
