"""The memory: what earlier runs found, in SQLite (``sqlite3`` of the standard library).

``memory`` opens one for a run; ``looks`` says what counts as a failure and for how long it has lasted (pure);
``schema`` is the file, ``records`` its rows, ``closing`` what a finished run adds, ``upkeep`` keeps it small, and
``exchange`` is JSON Lines for those who keep it in git. This module imports none of them: a run without a memory does
without SQLite.
"""
