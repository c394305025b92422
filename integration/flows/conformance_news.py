"""What a warehouse says of a test order of a conformance run: kept, and nothing is done about it."""

from integration.jobs.work import Outcome, Work


def handle(work: Work) -> Outcome:
    return Outcome(f"message {work.job.payload['message']} is of a conformance run: nothing is done about it")
