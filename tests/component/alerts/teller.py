"""A process that sends what is due in one channel, and may be killed while it does: `python -m ... <channel>`."""

import sys

import django

if __name__ == "__main__":
    django.setup()
    from integration.jobs import notices

    notices.deliver(int(sys.argv[1]))
