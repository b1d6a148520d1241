"""What the log tells of a request."""

import pytest

pytestmark = pytest.mark.django_db


def test_a_line_tells_what_was_asked_and_not_from_where(client, caplog):
    caplog.set_level("INFO")

    client.get("/en/windows/", REMOTE_ADDR="203.0.113.77")

    assert "GET /en/windows/" in caplog.text
    assert "203.0.113.77" not in caplog.text
