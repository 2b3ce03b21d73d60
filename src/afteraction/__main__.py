"""``python -m afteraction`` is the same program as the ``afteraction`` script."""

from afteraction.cli.main import main

if __name__ == "__main__":
    main()
