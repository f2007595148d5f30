"""The version and the home of linkwarden, on their own so that every layer may import them."""

__version__ = "0.1.0"
HOME = "https://github.com/linkwarden/linkwarden"
