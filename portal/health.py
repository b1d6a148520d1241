"""Is the portal well: what it depends on, asked now. The database decides; without Redis and workers pages go on."""

from datetime import timedelta

import redis
from django.conf import settings
from django.db import Error, connection
from django.utils import timezone

from measures import restoration
from measures.models import FoldState
from measures.restoration import FRESH

PATIENCE = 1.0  # seconds for Redis to answer
WORKER_SEEN_WITHIN = timedelta(seconds=60)


def report() -> dict:
    """`status` is ok, degraded (something else than the database ails), or down; times are seconds."""
    answers = {"database": _database(), "redis": _redis()}
    if answers["database"]["ok"]:
        answers |= {"worker": _worker(), "figures": _figures()}
    well = all(part["ok"] for part in answers.values())
    return {"status": "ok" if well else "degraded" if answers["database"]["ok"] else "down", **answers}


def _database() -> dict:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return {"ok": False}
    return {"ok": True}


def _redis() -> dict:
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)
    try:
        return {"ok": bool(client.ping())}
    except (redis.RedisError, OSError):
        return {"ok": False}
    finally:
        client.close()


def _worker() -> dict:
    """By the row in which the fold notes that it looked; beat rings it every few seconds."""
    seen = FoldState.objects.values_list("beat_at", flat=True).first()
    age = timezone.now() - seen if seen else None
    return {"ok": age is not None and age < WORKER_SEEN_WITHIN, "seen_seconds_ago": _seconds(age)}


def _figures() -> dict:
    state, age = FoldState.objects.first(), restoration.age()
    differing = state.differing_cells if state else None
    return {
        "ok": age < FRESH and not differing,
        "age_seconds": _seconds(age),
        "version": state.version if state else 0,
        "differing_cells": differing,
        "verified_at": state and state.verified_at,
    }


def _seconds(age: timedelta | None) -> float | None:
    return None if age is None else round(age.total_seconds(), 1)
