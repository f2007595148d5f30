"""The language server: what the offline checks and the memory know of a list, in an editor, while one types.

Nothing here makes a request. ``server`` speaks the protocol; the other modules do not know of it, but for its types.
"""
