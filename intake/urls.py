from django.urls import path

from intake import views

app_name = "intake"

urlpatterns = [path("webhooks/<slug:slug>/", views.webhook, name="webhook")]
