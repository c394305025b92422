"""Where all processes write their logs: to their own output, in one form."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured

FORMS = {"line": "integration.observe.logs.Line", "json": "integration.observe.logs.Json"}
# A line for each call would hold its address, and each call is kept with its job's tries.
QUIET = ("httpx", "httpcore")


def configuration(form: str) -> dict[str, Any]:
    """Raises ImproperlyConfigured for a form that there is not."""
    if form not in FORMS:
        raise ImproperlyConfigured(f"LOG_FORMAT is {form!r}: set it to {' or '.join(FORMS)}.")
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"own": {"()": FORMS[form]}},
        "handlers": {"output": {"class": "logging.StreamHandler", "formatter": "own"}},
        "root": {"handlers": ["output"], "level": "INFO"},
        # Without DEBUG Django mails what fails to administrators, of whom there are none.
        "loggers": {
            "django": {"handlers": ["output"], "level": "INFO", "propagate": False},
            **{name: {"level": "WARNING"} for name in QUIET},
        },
    }
