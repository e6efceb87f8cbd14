"""Small doors to try the rules on; they keep keys because that is the only noun this room has."""

from typing import Any

from django.http import Http404
from django.urls import include, path
from rest_framework import exceptions, serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api import authentication, errors, idempotency, keys, paging, permissions
from api.models import ApiKey
from office import clock


class Notes(APIView):
    """Writes one row for each POST that is done, then answers as the body asks."""

    permission_classes = [permissions.scope("events:write")]

    @idempotency.once
    def post(self, request: Request) -> Response:
        keys.create(request.data["name"], ["reports:read"], clock.now())
        match request.data.get("then"):
            case "refuse":
                raise errors.Refused({"name": "is taken"})
            case "answer-422":
                return Response({"no": "thanks"}, status=422)
            case "answer-503":
                return Response({"wait": True}, status=503)
            case "crash":
                raise RuntimeError("secret detail of the inside")
        return Response({"made": request.data["name"], "of": ApiKey.objects.count()}, status=201)


class Echo(APIView):
    permission_classes = [permissions.scope("members:read", write="members:write")]

    def get(self, request: Request) -> Response:
        caller = authentication.caller(request)
        return Response({"caller": caller.key.name if caller else None})

    def patch(self, request: Request) -> Response:
        return Response(request.data)


class Consent(serializers.Serializer[Any]):
    topic = serializers.CharField()


class Signup(serializers.Serializer[Any]):
    email = serializers.EmailField()
    consents = Consent(many=True)

    def validate(self, attrs: Any) -> Any:
        raise serializers.ValidationError("An e-mail or a name is needed.")


class Trouble(APIView):
    """Raises what its address names."""

    permission_classes = []

    def get(self, request: Request, kind: str) -> Response:
        match kind:
            case "missing":
                raise Http404
            case "throttled":
                raise exceptions.Throttled(wait=1.2)
            case "refused":
                raise errors.Refused("Not while the flow is live.", status=409)
        raise RuntimeError("secret detail of the inside")

    def post(self, request: Request, kind: str) -> Response:
        Signup(data=request.data).is_valid(raise_exception=True)
        return Response({})


class KeyNames(serializers.ModelSerializer[ApiKey]):
    class Meta:
        model = ApiKey
        fields = ("name",)


class Keys(ListAPIView[ApiKey]):
    permission_classes = []
    queryset = ApiKey.objects.order_by("name")
    serializer_class = KeyNames
    pagination_class = paging.Pages


class LatestKeys(Keys):
    pagination_class = paging.NewestFirst


urlpatterns = [
    path("api/", include("api.urls")),
    path("notes/", Notes.as_view()),
    path("echo/", Echo.as_view()),
    path("trouble/<kind>/", Trouble.as_view()),
    path("keys/", Keys.as_view()),
    path("latest-keys/", LatestKeys.as_view()),
    path("page/<token>/", Echo.as_view(), name="page"),
]
handler404 = errors.not_found
handler500 = errors.server_error
