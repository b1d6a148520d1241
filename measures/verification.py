"""An independent recount: every standing and tally asked anew from the definitions, not by the fold's queries.

It shares nothing with the fold on purpose. A cell is a window on a day.
"""

from datetime import date

from django.db import connection

# For each window, each day on which something could have changed and the day before: what the definition says
# ("the last change effective before the end of the day") against what stands there.
STANDINGS = """
    WITH boundary AS (
        SELECT window_id AS code, (effective_at AT TIME ZONE 'Asia/Shanghai')::date AS day
        FROM windows_statuschange WHERE window_id LIKE %(prefix)s
        UNION SELECT "window", from_day FROM measures_standing WHERE "window" LIKE %(prefix)s
        UNION SELECT "window", until_day FROM measures_standing WHERE "window" LIKE %(prefix)s AND until_day IS NOT NULL
    ), asked AS (SELECT code, day FROM boundary UNION SELECT code, day - 1 FROM boundary)
    SELECT code, day FROM (
        SELECT asked.code, asked.day,
            (SELECT c.status FROM windows_statuschange c
             WHERE c.window_id = asked.code AND c.service_id IS NULL AND c.channel = '' AND c.status <> ''
               AND c.effective_at < (asked.day + 1)::timestamp AT TIME ZONE 'Asia/Shanghai'
               AND c.id NOT IN (SELECT supersedes_id FROM windows_statuschange s
                                WHERE s.window_id = asked.code AND s.supersedes_id IS NOT NULL)
             ORDER BY c.effective_at DESC, c.recorded_at DESC, c.id DESC LIMIT 1) AS defined,
            (SELECT string_agg(s.status, '+') FROM measures_standing s
             WHERE s."window" = asked.code AND s.from_day <= asked.day
               AND asked.day < coalesce(s.until_day, 'infinity')) AS stands
        FROM asked) told
    WHERE defined IS DISTINCT FROM stands
      AND NOT EXISTS (SELECT FROM windows_touch t WHERE t.kind = 'status' AND t.window_id = code)"""

TALLIES = """
    WITH told AS (
        SELECT window_id AS code, (at AT TIME ZONE 'Asia/Shanghai')::date AS day,
               (verb IN ('approved', 'refused'))::int AS decided, verb, channel, ground
        FROM applications_event WHERE window_id LIKE %(prefix)s
    ), counted AS (
        SELECT code, day, sum((verb = 'submitted')::int) AS submitted,
               sum((verb = 'submitted' AND channel = 'online')::int) AS submitted_online,
               sum((verb = 'approved')::int) AS approved, sum((verb = 'refused')::int) AS refused,
               sum((verb = 'withdrawn')::int) AS withdrawn,
               sum(CASE ground WHEN 'work_resumption' THEN decided ELSE 0 END) AS work_resumption,
               sum(CASE ground WHEN 'epidemic_response' THEN decided ELSE 0 END) AS epidemic_response
        FROM told GROUP BY code, day
    )
    SELECT coalesce(c.code, t."window"), coalesce(c.day, t.day)
    FROM counted c
    FULL JOIN (SELECT * FROM measures_tally WHERE "window" LIKE %(prefix)s) t ON t."window" = c.code AND t.day = c.day
    WHERE (c.submitted, c.submitted_online, c.approved, c.refused, c.withdrawn, c.work_resumption, c.epidemic_response)
          IS DISTINCT FROM
          (t.submitted, t.submitted_online, t.approved, t.refused, t.withdrawn, t.work_resumption, t.epidemic_response)
      AND NOT EXISTS (SELECT FROM windows_touch waiting WHERE waiting.kind = 'work'
                      AND waiting.window_id = coalesce(c.code, t."window") AND waiting.day = coalesce(c.day, t.day))"""


def differing_cells(prefix: str) -> list[tuple[str, str, date]]:
    """(table, window, day) of each cell of the windows whose code begins with `prefix` that is not as defined."""
    found: list[tuple[str, str, date]] = []
    with connection.cursor() as cursor:
        for table, query in (("standing", STANDINGS), ("tally", TALLIES)):
            cursor.execute(query, {"prefix": f"{prefix}%"})
            found += [(table, window, day) for window, day in cursor.fetchall()]
    return found
