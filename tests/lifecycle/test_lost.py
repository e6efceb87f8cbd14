"""What is answered where nothing is."""

import pytest
from django.test import Client, RequestFactory

from lifecycle import lost

pytestmark = pytest.mark.django_db


def test_a_program_that_asks_for_nothing_is_told_so_in_its_own_form(client: Client) -> None:
    answer = client.get("/api/v1/nowhere/")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert answer.json()["detail"] == "There is nothing at this address."


def test_a_person_gets_a_page(client: Client) -> None:
    answer = client.get("/nowhere/")
    assert (answer.status_code, answer["Content-Type"].split(";")[0]) == (404, "text/html")


def test_what_breaks_says_nothing_of_the_inside_in_either_form(rf: RequestFactory) -> None:
    program, person = lost.server_error(rf.get("/api/v1/x/")), lost.server_error(rf.get("/x/"))
    assert (program.status_code, program["Content-Type"]) == (500, "application/problem+json")
    assert (person.status_code, person["Content-Type"].split(";")[0]) == (500, "text/html")
