"""How often something was tried. See windows/limits.py."""

from django.db import models


class Limit(models.Model):
    """Tries since an instant, by a digest of what was tried by whom. Real time."""

    key = models.CharField(max_length=64, primary_key=True)
    since = models.DateTimeField(db_index=True)
    n = models.PositiveIntegerField()

    def __str__(self):
        return self.key
