"""One run: read the lists, check their links, judge what was found."""
