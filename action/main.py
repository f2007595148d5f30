"""What the steps of action.yml run: ``install`` by the runner's own Python, ``check`` by that of the environment made.

This file is read by whatever Python a runner has, so it uses nothing that is newer than Python 3.4 and imports
linkwarden only where the version is known to do. Everything is started with ``-I``: without it, a ``pip.py`` or a
``json.py`` in the checked-out tree would run in place of the real one, and a pull request can bring one.
"""

import hashlib
import os
import subprocess
import sys

OLDEST = (3, 11)
ACTION = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
#: The same hash-locked list with which the repository itself is set up.
REQUIREMENTS = os.path.join(ACTION, "requirements", "run.txt")
USAGE_ERROR = 2


def main(arguments):
    """Do what a step asks for, and give the exit code."""
    if sys.version_info[:2] < OLDEST:
        return _refuse("Python {0}.{1}".format(*sys.version_info[:2]))
    folder = environment_folder(os.environ)
    if arguments == ["install"]:
        return install(folder)
    if arguments == ["check"]:
        return _start(python_in(folder))
    if arguments == ["run"]:
        sys.path.insert(0, os.path.join(ACTION, "src"))
        from linkwarden import gha  # noqa: PLC0415 - only the environment's Python has what it needs

        gha.entry()
    return _refuse("the arguments {0!r}".format(arguments))


def environment_folder(environ):
    """Return where the virtual environment goes: outside of the workspace, one for each set of requirements."""
    with open(REQUIREMENTS, "rb") as file:
        digest = hashlib.sha256(file.read() + sys.version.encode()).hexdigest()
    return os.path.join(environ["RUNNER_TEMP"], "linkwarden-" + digest[:16])


def python_in(folder):
    """Return the Python of a virtual environment; on Windows it lies elsewhere."""
    parts = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
    return os.path.join(folder, *parts)


def install(folder, call=subprocess.call):
    """Make the virtual environment, unless an earlier step of this job did, and give the exit code.

    Only wheels whose hashes are in the action's own commit: the SHA in ``uses:`` pins everything that runs.
    """
    done = os.path.join(folder, "installed")
    if os.path.exists(done):
        print("linkwarden's environment is there from an earlier step.")
        return 0
    python = python_in(folder)
    pip = [python, "-I", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    lock = ["--only-binary=:all:", "--require-hashes", "--no-deps", "-r", REQUIREMENTS]
    for command in ([sys.executable, "-I", "-m", "venv", folder], pip + lock):
        code = call(command, cwd=os.environ["RUNNER_TEMP"])
        if code:
            print("::error title=linkwarden::Setting up failed (exit code {0}); the lines above say why.".format(code))
            return code
    with open(done, "w"):
        return 0


def _start(python):
    """Become the environment's Python where that can be, so that a cancelled job stops it; else wait for it."""
    command = [python, "-I", os.path.abspath(__file__), "run"]
    if os.name == "nt":
        return subprocess.call(command)
    sys.stdout.flush()
    return os.execv(python, command)  # noqa: S606 - no shell is wanted


def _refuse(what):
    print(
        "::error title=linkwarden::linkwarden cannot run with {0}: it needs Python {1}.{2} or newer. Put a step with "
        "actions/setup-python before this one.".format(what, *OLDEST)
    )
    return USAGE_ERROR


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
