"""One run: read the lists, ask about their links, judge the answers."""
