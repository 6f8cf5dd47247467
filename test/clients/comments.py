"""What instrumentation appends to each statement, so that the server shows where it came from."""

from urllib.parse import quote


def sqlcommenter(sql, **keys):
    """As google's sqlcommenter and OpenTelemetry's instrumentations do in Python."""
    pairs = ",".join(f"{_quoted(key)}={_quoted(value)!r}" for key, value in sorted(keys.items()))
    return f"{sql} /*{pairs}*/"


def marginalia(sql, **keys):
    """As Rails does by default."""
    return f"{sql} /*{','.join(f'{key}:{value}' for key, value in keys.items())}*/"


def _quoted(text):
    # Doubled for drivers that format with %. Those that do not send it as it is.
    return quote(text).replace("%", "%%")
