import pytest

from mail import compiling, merge_fields, rendering


def letter(body: str, **more: str) -> dict[str, str]:
    return {"subject": "Hello", "body": body, **more}


def compiled(body: str, *, language: str = "en", marketing: bool = True, **more: str) -> compiling.Compiled:
    return compiling.compile_letter(letter(body, **more), language=language, marketing=marketing)


def written(body: str, values: dict | None = None, **more: str) -> rendering.Rendered:
    samples = merge_fields.samples() if values is None else values
    return rendering.render(compiled(body, **more).texts(), samples)


def refused(body: str = "Hi", **more: str) -> str:
    with pytest.raises(compiling.LetterErrors) as refusal:
        compiling.compile_letter(letter(body, **more), language="en")
    return "\n".join(refusal.value.errors)


def test_the_same_letter_always_compiles_to_the_same_texts():
    body = "Hi {{ member.first_name }}, **[Begin]({{ links.guide }})**"
    assert compiled(body) == compiled(body)


def test_markdown_becomes_a_page_and_a_text():
    done = written("## Hi {{ member.first_name }}\n\nOne *small* thing:\n\n- tea\n- cake")
    assert '<html lang="en"' in done.html
    assert "Hi Ingrid</h2>" in done.html
    assert "Hi Ingrid\n\nOne small thing:\n\n- tea\n- cake" in done.text


def test_a_bold_link_alone_becomes_a_button():
    done = written("Start now:\n\n**[Start here]({{ links.guide }})**")
    assert 'class="button"' in done.html
    assert 'href="https://club.example/u/guide/x/"' in done.html
    assert "Start here: https://club.example/u/guide/x/" in done.text


def test_a_link_inside_a_sentence_stays_a_link():
    assert 'class="button"' not in compiled("See **[this]({{ links.guide }})** first.").html


def test_an_unmet_condition_leaves_no_empty_paragraph():
    body = "Hi\n\n{% if member.told_by != blank %}\n\nTold by {{ member.told_by }}\n\n{% endif %}\n\nBye"
    done = written(body, {})
    assert "Told by" not in done.html + done.text
    assert "<p></p>" not in done.html.replace(' style="margin: 0 0 16px;"', "")
    assert "Hi\n\nBye" in done.text


def test_a_condition_around_a_whole_list_entry_takes_the_entry_with_it():
    body = "- one\n- {% if member.told_by != blank %}told by {{ member.told_by }}{% endif %}"
    assert written(body).html.count("<li") == 2
    assert written(body, {}).html.count("<li") == 1


def test_a_box_shows_only_the_lines_that_are_known():
    body = (
        "> {% if member.number != blank %}No. {{ member.number }}{% endif %}\n>\n"
        "> {% if plan.name != blank %}{{ plan.name }}{% endif %}"
    )
    done = written(body, {"member": {"number": "7"}, "plan": {"name": ""}})
    assert "No. 7" in done.html
    assert done.html.count("<p") - written(body, {}).html.count("<p") == 1


def test_else_inside_a_paragraph_chooses_one_of_two_sentences():
    body = "{% if links.cancel != blank %}Click{% else %}Write to me{% endif %}"
    assert "Click" in written(body).text
    assert "Write to me" in written(body, {}).text
    assert "Click" not in written(body, {}).text.splitlines()


def test_a_condition_inside_a_conditional_paragraph_stays_in_its_sentence():
    body = "{% if plan.price %}You pay {{ plan.price }}{% if plan.name %}, for {{ plan.name }}{% endif %}.{% endif %}"
    done = written(body, {"plan": {"price": "€9", "name": "All"}})
    assert "You pay €9, for All." in done.text
    assert "You pay €9, for All." in done.html
    assert "You pay €9." in written(body, {"plan": {"price": "€9"}}).html
    assert "You pay" not in written(body, {}).html


@pytest.mark.parametrize("condition", ["{% if member.flagless %}", "{{ member.shoe_size }}"])
def test_an_unknown_field_is_refused_with_its_place(condition):
    end = "{% endif %}" if "{%" in condition else ""
    said = refused(f"Hi\n\n{condition}x{end}")
    assert "In the body, line 3: there is no field member." in said


def test_a_misspelt_field_is_answered_with_the_right_one():
    assert "did you mean member.first_name?" in refused("{{ member.first_nam }}")


def test_every_mistake_is_told_at_once():
    said = refused("{{ member.shoe_size }} {{ plan.colour }}", subject="{{ nonsense }}", preheader="{% if x")
    for name in ("member.shoe_size", "plan.colour", "nonsense", "preheader"):
        assert name in said


@pytest.mark.parametrize(
    "body",
    [
        "{% if member.name %}never closed",
        "{{ member.name",
        "{{ }}",
        "{% include 'x' %}",
        "{% render 'x' %}",
        "{% capture x %}a{% endcapture %}",
        "{% raw %}{{ x }}{% endraw %}",
        "{{ member.name | safe }}",
        "{{ member.name | escape }}",
        "{{ member.name | date: '%Y' }}",
        "{{ member['first_name' }}",
        "{{ (1..999999999) | join }}",
        "{% for i in (1..5000) %}x{% endfor %}",
        "a }} b",
        "**bold {% if member.name %}** x{% endif %}",
        "[Here]({% if links.guide %}{{ links.guide }}{% endif %})",
    ],
)
def test_liquid_that_cannot_stand_in_a_letter_is_refused(body):
    assert refused(body)


@pytest.mark.parametrize(
    "body",
    [
        "<script>alert(1)</script>",
        '<a href="https://example.com" onclick="x()">x</a>',
        "<iframe src='https://example.com'></iframe>",
        "<style>p{}</style>",
        '<p style="position:fixed">x</p>',
        "[x](javascript:alert(1))",
        "[x](data:text/html,x)",
        "[x](//example.com)",
        "[x](/relative)",
        "[x]({{ member.last_name }})",
        "[x]({{ links.guide }}evil)",
        "[x](https://{{ member.last_name }}/)",
        "[x](https://example.com{{ member.last_name }})",
        "[x](https://example.com/?n={{ member.last_name }})",
        "{% assign where = member.last_name %}\n\n[x]({{ where }})",
        "![](https://example.com/a.png)",
        "![words](http:a.png)",
    ],
)
def test_what_could_harm_a_reader_is_refused(body):
    assert refused(body)


@pytest.mark.parametrize(
    "address",
    [
        "https://example.com/a?b=1&c=2",
        "https://example.com/?n={{ member.last_name | url_encode }}",
        "mailto:{{ sender.email }}?subject=Yes",
        "tel:+4530123456",
        "{{ links.preferences }}",
        "{{ business.url }}",
    ],
)
def test_addresses_that_lead_somewhere_known_may_stand(address):
    assert compiled(f"[x]({address})").html


def test_a_value_in_an_address_is_encoded():
    values = merge_fields.samples()
    values["member"]["last_name"] = 'Å"><b>&x'
    done = written("[x](https://example.com/?n={{ member.last_name | url_encode }})", values)
    assert "https://example.com/?n=%C3%85%22%3E%3Cb%3E%26x" in done.html


def test_a_loop_over_the_fields_of_an_upper_room_may_link(monkeypatch):
    monkeypatch.setattr(merge_fields, "FIELDS", dict(merge_fields.FIELDS))
    merge_fields.register(
        merge_fields.Field(
            "upcoming.events", "Dates", [{"name": "Walk", "url": "https://e.example/w"}], "list"
        ),
        merge_fields.Field("upcoming.events[].url", "Address", "https://e.example/w", "url"),
        merge_fields.Field("upcoming.events[].name", "Name", "Walk"),
    )
    done = written("{% for e in upcoming.events %}\n\n[{{ e.name }}]({{ e.url }})\n\n{% endfor %}")
    assert 'href="https://e.example/w"' in done.html
    assert "Walk: https://e.example/w" in done.text
    assert "must begin with" in refused("{% for e in upcoming.events %}[x]({{ e.name }}){% endfor %}")


def test_a_subject_that_can_become_empty_is_refused():
    assert "subject is empty" in refused(subject="{{ member.first_name }}")
    assert "The subject is empty" in refused(subject=" ")


def test_parts_that_are_too_long_are_refused():
    assert "too long" in refused(subject="x" * 500)
    assert "too long" in refused("x" * 50_000)


def test_a_letter_without_guards_gets_a_warning_and_not_a_refusal():
    assert "links.guide" in compiled("[Begin]({{ links.guide }})").warnings[0]
    assert not compiled("{% if links.guide != blank %}[Begin]({{ links.guide }}){% endif %}").warnings


def test_the_footer_says_why_and_how_to_leave():
    done = written("Hi")
    for part in (done.html, done.text):
        assert "You get this letter because you are a member of The Harbour Club." in part
        assert "https://club.example/u/unsubscribe/x/" in part
        assert "https://club.example/u/preferences/x/" in part
        assert "https://club.example/u/cancel/x/" in part
        assert "Havnegade 1, 1058 København K, Denmark" in part


def test_without_a_page_to_leave_the_footer_says_whom_to_write_to():
    values = merge_fields.samples()
    values["links"]["cancel"] = ""
    done = written("Hi", values)
    assert "To leave the membership, write to anna@example.com" in done.text
    assert 'To leave the membership, write to <a href="mailto:anna@example.com"' in done.html


def test_a_transactional_letter_has_no_links_to_stop_it():
    done = compiled("Hi", marketing=False)
    assert "links.unsubscribe" not in done.html + done.text
    assert "links.preferences" not in done.html + done.text


@pytest.mark.parametrize("language", ["da", "da-DK"])
def test_the_footer_speaks_the_members_language(language):
    done = rendering.render(compiled("Hej", language=language).texts(), merge_fields.samples())
    assert "Du får dette brev, fordi du er medlem af" in done.text
    assert f'lang="{language}"' in done.html


def test_other_languages_get_the_english_footer():
    assert "Unsubscribe" in compiled("Hoi", language="nl").html


def test_the_sender_has_a_face_with_words_and_a_phone_to_tap():
    page = written("Hi").html
    assert 'alt="Anna Bak"' in page
    assert 'width="64"' in page
    assert 'href="tel:+4530123456"' in page
    assert 'href="mailto:anna@example.com"' in page


def test_without_a_picture_there_is_no_broken_one():
    values = merge_fields.samples()
    values["sender"]["picture_url"] = ""
    assert "<img" not in written("Hi", values).html


def test_a_typical_letter_is_light():
    assert len(written("Hi {{ member.first_name }}\n\n" + "word " * 140).html.encode()) < 20_000


def test_a_given_text_is_used_and_keeps_the_footer():
    done = written("Hi **there**", text="Hi by hand {{ member.first_name }}")
    assert done.text.startswith("Hi by hand Ingrid")
    assert "Unsubscribe" in done.text


def test_a_part_no_letter_has_is_refused_by_name():
    with pytest.raises(compiling.LetterErrors, match="colour"):
        compiling.compile_letter({"subject": "Hi", "body": "Hi", "colour": "red"}, language="en")


def test_the_signature_stands_below_the_name_as_it_was_written():
    values = merge_fields.samples()
    values["sender"]["lines"] = [
        "*Weekdays* 9–15",
        "<b>Room 2</b> {{ member.email }} [x](http://evil.example)",
    ]
    done = written("Hi", values)
    assert "anna@example.com</a><br>*Weekdays* 9–15<br>&lt;b&gt;Room 2" in done.html
    assert "\nanna@example.com\n*Weekdays* 9–15\n<b>Room 2</b> {{ member.email }} [x]" in done.text
    values["sender"]["lines"] = []
    assert "anna@example.com</a></td>" in written("Hi", values).html


def test_a_letter_that_says_the_signature_itself_does_not_say_it_twice():
    done = written("Hi\n\n{{ sender.signature }}")
    assert done.html.count("Weekdays 9–15") == done.text.count("Weekdays 9–15") == 1
    blocks = [{"kind": "text", "text": "Call me: {{ sender.signature }}"}, {"kind": "sender"}]
    source = {"subject": "Hello", "blocks": blocks}
    page = rendering.render(
        compiling.compile_letter(source, language="en").texts(), merge_fields.samples()
    ).html
    assert page.count("Weekdays 9–15") == 1
