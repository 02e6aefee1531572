"""``python -m rtdoctor``."""

from rtdoctor.cli.main import main

if __name__ == "__main__":
    main()
