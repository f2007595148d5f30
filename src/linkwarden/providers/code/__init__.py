"""Providers of code hosts and package registries."""
