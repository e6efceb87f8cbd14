#!/usr/bin/env python3
"""Django's own door: `./run manage …` calls it inside .venv."""

import os
import sys

from django.core import management


def main() -> None:
    """Run one command with this project's settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lifecycle.settings")
    management.execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
