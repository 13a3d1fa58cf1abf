"""Where a page may send the reader on to: never off this site."""

from urllib.parse import urlsplit


def safe_path(target: object) -> str | None:
    """The target if it is a path (with or without a query) on this site; None for all else.

    Browsers leave out control characters and read a backslash as a slash, so either could
    make a path into another site's address.
    """
    if not isinstance(target, str) or not target.startswith("/") or target.startswith("//"):
        return None
    if "\\" in target or any(ord(sign) < 0x20 or ord(sign) == 0x7F for sign in target):
        return None
    try:
        parts = urlsplit(target)
    except ValueError:
        return None
    return None if parts.scheme or parts.netloc else target
