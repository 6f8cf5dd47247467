"""How long a minute is. What takes hours can so be played faster, all of its times by one factor."""

import os
import time

MINUTE_SECONDS = float(os.environ.get("MINUTE_SECONDS", "60"))


def minutes(count):
    """So many minutes, in seconds."""
    return count * MINUTE_SECONDS


def rest(count):
    """Does nothing for so many minutes."""
    time.sleep(minutes(count))
