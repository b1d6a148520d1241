"""Which language an answer is in: public pages by their address, the API always English, the staff site by choice."""

from django.middleware.locale import LocaleMiddleware
from django.utils import translation

API = "/api/"


class LanguageOfThePath(LocaleMiddleware):
    def process_request(self, request) -> None:
        super().process_request(request)
        if request.path_info.startswith(API):
            translation.activate("en")
            request.LANGUAGE_CODE = "en"
