"""Companies and their people."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from dashboard import access, chips, paging, tabs
from members import accounts
from members.models import Account, Member

BY_NAME = ("name", "id")
PEOPLE = ("first_name", "last_name", "id")


@access.reads
def companies(request: HttpRequest) -> HttpResponse:
    """All companies by name, each with how many members it has."""
    search = request.GET.get("q", "").strip()[:100]
    found = accounts.all_of_them().filter(name__icontains=search)
    page = paging.page(found, BY_NAME, request.GET.get("after", ""))
    about = {
        "page": page,
        "search": search,
        "tabs": tabs.of_register("companies"),
        "first": chips.address(request, keep=("q",)),
        "more": chips.address(request, keep=("q",), after=page.after),
    }
    return render(request, "dashboard/companies.html", about)


@access.reads
def company(request: HttpRequest, pk: int) -> HttpResponse:
    """One company and its people."""
    found = get_object_or_404(Account, pk=pk)
    people = Member.objects.filter(account=found, erased_at=None).select_related("plan")
    page = paging.page(people, PEOPLE, request.GET.get("after", ""))
    about = {
        "company": found,
        "page": page,
        "first": request.path,
        "more": chips.address(request, keep=(), after=page.after),
    }
    return render(request, "dashboard/company.html", about)
