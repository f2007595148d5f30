"""``python -m linkwarden``."""

from linkwarden.cli import main

if __name__ == "__main__":
    main()
