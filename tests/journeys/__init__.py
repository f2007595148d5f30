"""A stranger's first hour: the commands of the README as they stand, in a clone, with real git and a temporary HOME."""
