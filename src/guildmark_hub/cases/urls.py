"""The addresses of vetting cases."""

from django.urls import URLPattern, path

from guildmark_hub.cases import case_views, end_views, review_views

app_name = "cases"
CASES: list[URLPattern] = [
    path("cases/", case_views.cases, name="cases"),
    path("cases/new/", case_views.new, name="new"),
    path("cases/<int:number>/", case_views.case, name="case"),
    path("cases/<int:number>/draws.json", case_views.drawn, name="drawn"),
    path("cases/<int:number>/submit/", case_views.submit, name="submit"),
    path("cases/<int:number>/screen/", case_views.screen, name="screen"),
    path("cases/<int:number>/draw/", case_views.draw, name="draw"),
    path("cases/<int:number>/send-back/", case_views.send_back, name="send_back"),
    path("cases/<int:number>/withdraw/", case_views.withdraw, name="withdraw"),
    path("cases/<int:number>/reply/", review_views.reply, name="reply"),
    path("cases/questions/<int:pk>/answer/", review_views.answer, name="answer"),
    path("cases/reviews/<int:pk>/", review_views.review, name="review"),
    path("cases/reviews/<int:pk>/save/", review_views.save, name="save"),
    path("cases/reviews/<int:pk>/agree/", review_views.agree, name="agree"),
    path("cases/reviews/<int:pk>/ask/", review_views.ask, name="ask"),
    path("cases/reviews/<int:pk>/send/", review_views.send, name="send"),
    path("cases/reviews/<int:pk>/decline/", review_views.decline, name="decline"),
]
ENDS: list[URLPattern] = [
    path("cases/<int:number>/appeal/", end_views.appeal, name="appeal"),
    path("cases/<int:number>/propose/", end_views.propose, name="propose"),
    path("cases/appeals/<int:pk>/", end_views.appealed, name="appealed"),
    path("cases/appeals/<int:pk>/panel.json", end_views.panel, name="panel"),
]
urlpatterns: list[URLPattern] = [*CASES, *ENDS]
