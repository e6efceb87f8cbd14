"""Hard cases of coming in: while inside, once more after a time, and once for each subscription."""

from tests.stories.playing import House

SHORT = """
trigger = { event = "shop.began" }
REENTRY
steps = [
  { uid = "hello", kind = "send", letter = "hello" },
  { uid = "rest", kind = "wait", for = "10d" },
]
"""


def again(house: House, rule: str, *moments: str) -> None:
    house.publish(SHORT.replace("REENTRY", f'reentry = "{rule}"' if rule else ""), "2026-01-01 00:00")
    house.joins("ida", "2026-01-01 08:00")
    for moment in moments:
        house.happens("shop.began", "ida", moment)
        house.tick(moment)


def test_whoever_is_inside_does_not_enter_once_more_and_a_line_says_so(house: House) -> None:
    again(house, "after 1d", "2026-01-02 10:00", "2026-01-03 10:00")
    assert house.letters() == ["2026-01-02 10:00 hello"]
    assert "not_entered: is in this flow already" in house.reasons("ida")


def test_without_a_rule_nobody_comes_in_twice(house: House) -> None:
    again(house, "", "2026-01-02 10:00", "2026-02-02 10:00", "2027-01-02 10:00")
    assert house.letters() == ["2026-01-02 10:00 hello"]
    assert "not_entered: has been in this flow before" in house.reasons("ida")


def test_ninety_days_count_from_the_end(house: House) -> None:
    again(house, "after 90d", "2026-01-02 10:00", "2026-01-12 10:00")  # ends on 12 January
    for moment in ("2026-04-02 10:00", "2026-04-12 08:59", "2026-04-12 09:00"):  # summer time since 29 March
        house.happens("shop.began", "ida", moment)
        house.tick(moment)
    assert house.letters() == ["2026-01-02 10:00 hello", "2026-04-12 09:00 hello"]
    assert "not_entered: has been in this flow before; may come again from 2026-04-12 09:00 UTC" in (
        house.reasons("ida")
    )


def test_two_in_one_tick_are_one(house: House) -> None:
    house.publish(SHORT.replace("REENTRY", 'reentry = "after 1d"'), "2026-01-01 00:00")
    house.joins("ida", "2026-01-01 08:00")
    house.happens("shop.began", "ida", "2026-01-02 10:00")
    house.happens("shop.began", "ida", "2026-01-02 10:00")
    house.tick("2026-01-02 10:00")
    assert house.letters() == ["2026-01-02 10:00 hello"]


DUNNING = """
purpose = "dunning"
trigger = { event = "payment.failed" }
reentry = "per subscription"
exit = { event = "subscription.cancelled" }
goal = { event = "payment.succeeded" }
steps = [
  { uid = "first", kind = "send", letter = "first" },
  { uid = "rest", kind = "wait", for = "3d" },
  { uid = "second", kind = "send", letter = "second" },
  { uid = "paid", kind = "wait", event = "payment.succeeded", timeout = "5d", then = "thanks" },
  { uid = "stop", kind = "end" },
  { uid = "thanks", kind = "send", letter = "thanks" },
]
"""


def pays(house: House, name: str, subscription: str, when: str) -> None:
    data = {
        "external_id": f"{name}-{subscription}-{when}", "subscription": subscription, "member": "ida",
        "paid_at": when.replace(" ", "T") + ":00Z", "amount": 4900, "currency": "EUR",
    }  # fmt: skip
    house.happens(name, "ida", when, data=data)
    house.tick(when)


def two_subscriptions(house: House) -> None:
    house.publish(DUNNING, "2026-01-01 00:00")
    house.joins("ida", "2026-01-01 08:00")
    for name in ("s-1", "s-2"):
        data = {"external_id": name, "plan": "gold", "status": "active", "started_at": "2026-01-01T08:00:00Z"}
        house.happens("subscription.started", "ida", "2026-01-01 08:00", data=data)
    house.tick("2026-01-01 08:00")


def test_each_subscription_has_a_run_of_its_own(house: House) -> None:
    two_subscriptions(house)
    pays(house, "payment.failed", "s-1", "2026-01-02 10:00")
    pays(house, "payment.failed", "s-2", "2026-01-03 10:00")
    pays(house, "payment.failed", "s-1", "2026-01-03 11:00")
    assert house.letters() == ["2026-01-02 10:00 first", "2026-01-03 10:00 first"]
    assert "not_entered: is in this flow already" in house.reasons("ida")


def test_what_happens_to_one_subscription_does_not_end_the_run_of_the_other(house: House) -> None:
    two_subscriptions(house)
    pays(house, "payment.failed", "s-1", "2026-01-02 10:00")
    pays(house, "payment.failed", "s-2", "2026-01-03 10:00")
    pays(house, "payment.succeeded", "s-2", "2026-01-04 10:00")
    data = {"external_id": "s-2", "cancelled_at": "2026-01-04T11:00:00Z"}
    house.happens("subscription.cancelled", "ida", "2026-01-04 11:00", data=data)
    house.tick("2026-01-04 11:00", "2026-01-05 10:00", "2026-01-06 10:00")
    assert house.letters()[2:] == ["2026-01-05 10:00 second"]


def test_a_wait_is_for_the_subscription_of_its_run(house: House) -> None:
    two_subscriptions(house)
    pays(house, "payment.failed", "s-1", "2026-01-02 10:00")
    house.tick("2026-01-05 10:00")
    pays(house, "payment.succeeded", "s-2", "2026-01-06 10:00")
    assert house.letters()[2:] == []
    pays(house, "payment.succeeded", "s-1", "2026-01-07 10:00")
    assert house.letters()[2:] == ["2026-01-07 10:00 thanks"]
