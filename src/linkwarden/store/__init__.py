"""The memory: what earlier runs found, in SQLite (``sqlite3`` of the standard library).

``memory`` opens one for a run; ``observations`` says what counts as a failure and for how long it has lasted (pure);
``schema`` is the file and keeps it small, ``validity`` says whether it is
ours, ``records`` its rows, ``closing`` what a finished run adds, ``lookup`` is for
questions between runs, and ``exchange`` is JSON Lines for those who keep it in git. This module imports none of them:
a run without a memory needs no SQLite.
"""
