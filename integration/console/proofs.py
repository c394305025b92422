"""The files that prove a hand-over or a delivery."""

from io import BytesIO
from typing import cast

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404

from integration.console.reach import scoped
from integration.jobs import acts
from integration.models import Proof

PERMISSION = "integration.view_personal_data"


def download(request: HttpRequest, proof: int) -> HttpResponseBase:
    """The file itself, for those who may see personal data: it may show a name, a face or a signature."""
    user = cast("User", request.user)  # the site lets nobody else in
    if not (user.has_perm(PERMISSION) and user.has_perm("integration.view_proof")):
        raise PermissionDenied
    row = get_object_or_404(scoped(request, Proof.objects.select_related("file")), pk=proof)
    acts.note(acts.Actor(user.get_username(), user), "downloaded", f"proof {row} ({row.pk})", sha256=row.file.sha256)
    content = BytesIO(bytes(row.file.content))
    return FileResponse(content, as_attachment=True, filename=row.name, content_type=row.file.media_type)
