#!/usr/bin/env python3
"""Django's command line. Where no URL names a server, the command gets embedded ones for as long as it runs."""

import os
import sys
from contextlib import nullcontext

from portal import embedded, sharing

# These never touch the database.
NEED_NO_SERVER = {
    "check", "collectstatic", "compilemessages", "diffsettings", "findstatic", "help", "makemessages",
    "spectacular", "startapp", "version", "--version", "--help", "-h",
}  # fmt: skip


def needs_no_server(argv: list[str]) -> bool:
    return len(argv) < 2 or argv[1] in NEED_NO_SERVER or "--help" in argv


def owns_its_servers(argv: list[str]) -> bool:
    return argv[1:2] in (["demo"], ["replay"])


def secrets_for(argv: list[str]) -> dict[str, str]:
    """The secrets that the environment does not set; keys of personal data for our own database and the demo only."""
    ours = "postgres" in embedded.missing_urls() and not needs_no_server(argv)
    return embedded.missing_secrets(embedded.data_dir(), make_keys=ours or owns_its_servers(argv))


def servers_for(argv: list[str]):
    """A context that gives the URLs of the servers that this command needs and the environment does not name."""
    missing = embedded.missing_urls()
    if not missing or needs_no_server(argv):
        return nullcontext({})
    if owns_its_servers(argv):
        return nullcontext(embedded.urls(embedded.data_dir(), missing) | {"PORTAL_EMBED": " ".join(missing)})
    return sharing.shared(embedded.data_dir(), missing)


def run(argv: list[str]) -> None:
    from django.core.management import execute_from_command_line
    from django.db import Error, OperationalError, connection

    try:
        execute_from_command_line(argv)
    except OperationalError as problem:
        try:
            connection.close()
            connection.ensure_connection()
        except Error:
            sys.exit(f"The database does not answer: {first_line(problem)}. Check DATABASE_URL.")
        raise


def first_line(problem: Exception) -> str:
    return (str(problem).strip().splitlines() or ["no reason given"])[0].rstrip(".")


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    if sys.argv[1:2] == ["replay"]:  # the demo's data stays as it is
        os.environ["PORTAL_DATA_DIR"] = str(embedded.data_dir() / "replay")
    os.environ.update(secrets_for(sys.argv))
    try:
        with servers_for(sys.argv) as urls:
            os.environ.update(urls)
            run(sys.argv)
    except embedded.CannotStart as problem:
        sys.exit(str(problem))
    except KeyboardInterrupt:
        sys.exit(130)  # as the shell counts it


if __name__ == "__main__":
    main()
