"""`python -m marketfold`, for where the command is not on the path."""

from marketfold.cli import main

if __name__ == "__main__":
    main()
