"""The picture of a shared link."""

from django.http import HttpResponse

from measures import card as pictures
from measures import figures, restoration
from windows.pages import public


@public()
def card(request):
    day = figures.report_day()
    found = restoration.on(day)
    per_cent = figures.publish(found.rate, figures.ROUNDED)[0]
    return HttpResponse(pictures.draw(day, found.restored, found.windows, per_cent), content_type="image/png")
