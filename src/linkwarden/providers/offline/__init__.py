"""Providers that settle a link without a request."""
