from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny

from api import schema  # noqa: F401  importing it is how drf-spectacular learns of our key

app_name = "api"

# Open to all: they describe the doors and open none.
_open = {"authentication_classes": [], "permission_classes": [AllowAny]}

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(**_open), name="schema"),
    path(
        "docs/",
        SpectacularSwaggerSplitView.as_view(**_open, url_name="api:schema", template_name="api/docs.html"),
        name="docs",
    ),
]
