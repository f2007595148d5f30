"""Providers of papers and datasets: preprint servers, DOI registries, publishers."""
