from django.urls import path

from applications.views import applicant, tracking, verifying

app_name = "applications"
urlpatterns = [
    path("apply/", applicant.start, name="start"),
    path("apply/resume/", applicant.resume, name="resume"),
    path("apply/list/", applicant.task_list, name="list"),
    path("apply/saved/", applicant.saved, name="saved"),
    path("apply/switch/<slug:name>/", applicant.switch, name="switch"),
    path("apply/leave/", applicant.leave, name="leave"),
    path("apply/page/<slug:name>/", applicant.step, name="step"),
    path("apply/papers/", applicant.documents, name="papers"),
    path("apply/papers/<str:key>/", applicant.thumbnail, name="thumbnail"),
    path("apply/check/", applicant.check, name="check"),
    path("apply/declaration/", applicant.declare, name="declare"),
    path("apply/done/", applicant.done, name="done"),
    path("apply/done/code.png", applicant.done_code, name="done_code"),
    path("track/", tracking.track, name="track"),
    path("track/case/", tracking.case, name="case"),
    path("track/case/answer/", tracking.answer, name="answer"),
    path("track/case/withdraw/", tracking.withdraw, name="withdraw"),
    path("track/case/receipt/", tracking.receipt, name="receipt"),
    path("track/case/code.png", tracking.receipt_code, name="receipt_code"),
    path("track/case/papers/<str:key>/", tracking.paper, name="paper"),
    path("verify/<str:number>/<str:proof>/", verifying.verify, name="verify"),
    path("track/leave/", tracking.leave, name="leave_case"),
]
