"""What the contract says of one flow, worked out for one member at a time and without a database."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

BEGAN, VISITED, LEFT, BOUGHT, MOVED = (
    "shop.began",
    "shop.visited",
    "shop.left",
    "shop.bought",
    "member.updated",
)
DAY = dt.timedelta(days=1)
AGAIN_AFTER, GOAL_WITHIN, WORTH_SENDING, TOO_OLD = 2, 10, 3, 3 * DAY  # days
QUIET_FROM, QUIET_UNTIL, MOST_LETTERS, CAP_DAYS = 22, 7, 2, 4
RULES = {
    "quiet_hours": {"from": f"{QUIET_FROM}:00", "to": f"0{QUIET_UNTIL}:00"},
    "caps": [{"letters": MOST_LETTERS, "within": f"{CAP_DAYS}d"}],
}
FILE = """
slug = "trial"
name = "Trial"
language = "en"
purpose = "value"
topic = "membership"
trigger = {{ event = "shop.began" }}
reentry = "after 2d"
holdout = 0.5
exit = {{ event = "shop.left" }}
goal = {{ event = "{goal}", within = "10d", ends = {ends} }}
steps = [
  {{ uid = "hello", kind = "send", letter = "hello" }},
  {{ uid = "pause", kind = "wait", for = "{pause}d" }},
  {{ uid = "hope", kind = "wait", event = "shop.visited", timeout = "{timeout}d", then = "thanks" }},
{nudge}  {{ uid = "stop", kind = "end" }},
  {{ uid = "thanks", kind = "send", letter = "thanks" }},
  {{ uid = "morning", kind = "wait", at = "09:00" }},
  {{ uid = "last", kind = "send", letter = "last" }},
]
"""


WAITS = frozenset({"pause", "hope", "morning"})
STEPS = WAITS | {"hello", "nudge", "stop", "thanks", "last"}
END = "end"  # in the place of a step: the run is over


@dataclass(frozen=True)
class Plan:
    """One version of the flow: how long its waits last, whether it nudges, and what its goal is and does."""

    pause: int
    timeout: int
    nudges: bool
    goal: str
    ends: bool

    @property
    def steps(self) -> frozenset[str]:
        """The names of its steps."""
        return STEPS if self.nudges else STEPS - {"nudge"}

    def file(self) -> str:
        """As a flow file, without letters."""
        nudge = '  { uid = "nudge", kind = "send", letter = "nudge" },\n' if self.nudges else ""
        ends = str(self.ends).lower()
        return FILE.format(goal=self.goal, ends=ends, pause=self.pause, timeout=self.timeout, nudge=nudge)


@dataclass
class Happening:
    """Something that happened; told in the order of the list it stands in."""

    name: str
    at: dt.datetime
    is_answered: bool = False


@dataclass
class Letter:
    """A letter of a run: looked at from `due` on, no good any more after `not_after`."""

    slug: str
    planned: dt.datetime
    not_after: dt.datetime
    due: dt.datetime
    status: str = "queued"
    left: dt.datetime | None = None


@dataclass
class Run:
    """Where one run stands."""

    plan: Plan
    entered: dt.datetime
    planned: dt.datetime
    status: str = "active"
    step: str = "hello"
    reached: dt.datetime | None = None
    due: dt.datetime | None = None
    goal_at: dt.datetime | None = None
    finished: dt.datetime | None = None
    woken: bool = False
    letters: list[Letter] = field(default_factory=list)

    @property
    def ended(self) -> dt.datetime | None:
        """When it was over: one that went through, when its last step was planned, however late a worker came."""
        if self.status == "held_out":
            return self.entered
        return self.planned if self.status == "completed" else self.finished

    def finish(self, status: str, now: dt.datetime) -> None:
        """It is over; where it was left, what is on its way stays."""
        self.status, self.finished = status, now
        for letter in self.letters if status != "completed" else ():
            letter.status = "skipped" if letter.status == "queued" else letter.status


@dataclass
class Person:
    """One member: where they live, whether they may be written to, what happened to them, and their runs."""

    zone: ZoneInfo
    may_be_written_to: bool = True
    is_kept_out: bool = False
    happened: list[Happening] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)

    def tick(self, now: dt.datetime, plan: Plan, published: dt.datetime, *, paused: bool) -> None:
        """What is due at `now`: answers first, older events before younger ones, then steps."""
        for event in sorted((one for one in self.happened if not one.is_answered), key=lambda one: one.at):
            self._answer(event, now)
            if event.name == BEGAN and not paused:
                self._catch_up(event, now)
                self._enter(event, now, plan, published)
            event.is_answered = True
        is_moving = True
        while is_moving:
            for run in self.runs if not paused else ():
                self._walk(run, now)
            is_moving = self._post(now)

    def move(self, plan: Plan, chosen: Mapping[str, str], now: dt.datetime) -> None:
        """What was chosen at publication for those who stand at these steps of an older version: where to, or END.

        A wait goes on by its new length, counted from when it began, and is never over before now; another wait
        begins now. A step that the new version has not got moves nobody.
        """
        for run in self.runs:
            to = chosen.get(run.step, "")
            if run.status != "active" or run.plan is plan or not (to == END or to in plan.steps):
                continue
            if to == END:
                run.finish("ended", now)
                continue
            if to != run.step:
                run.step, run.planned, run.reached, run.due = to, now, None, None
            run.plan = plan
            if to in WAITS:
                run.reached = run.reached if run.due else now
                assert run.reached is not None
                run.due = max(self._due(run, run.reached), now)

    def _post(self, now: dt.datetime) -> bool:
        """Letters that are due leave, wait or stay, those that were planned first; whether anything became of any."""
        waiting = [
            one for run in self.runs for one in run.letters if one.status == "queued" and one.due <= now
        ]
        for letter in sorted(waiting, key=lambda one: one.planned):
            at = self._room(letter, now)
            if at > letter.not_after or not self.may_be_written_to:
                letter.status = "skipped"
            elif at > now:
                letter.due = at
            else:
                letter.status, letter.left = "sent", now
        return bool(waiting)

    def _room(self, letter: Letter, at: dt.datetime) -> dt.datetime:
        """The first moment, not before `at`, that is not quiet and at which few enough letters count."""
        left = [one.left for run in self.runs for one in run.letters if one.left]
        while at <= letter.not_after:
            local = at.astimezone(self.zone)
            counting = sorted(end for one in left if (end := self._later(one, CAP_DAYS)) > at)
            if not QUIET_UNTIL <= local.hour < QUIET_FROM:
                at = self._at_hour(at, QUIET_UNTIL)
            elif len(counting) >= MOST_LETTERS:
                at = counting[len(counting) - MOST_LETTERS]
            else:
                break
        return at

    def _catch_up(self, event: Happening, now: dt.datetime) -> None:
        """Whoever is inside because nobody worked comes as far as they would be, before it is asked."""
        for run in self.runs:
            if not run.woken and (run.due or run.planned) < event.at:
                self._walk(run, now)

    def _answer(self, event: Happening, now: dt.datetime) -> None:
        for run in self.runs:
            if event.at < run.entered:
                continue
            if event.name == LEFT and run.status == "active":
                run.finish("exited", now)
            if event.name == VISITED and run.step == "hope" and run.due:
                run.woken = True
            if event.name == run.plan.goal and not run.goal_at:
                self._reach_goal(run, event, now)
            if event.name == MOVED and run.step == "morning" and run.due and run.due > event.at:
                run.due = self._at_hour(max(run.due - DAY / 2, event.at), 9)

    def _reach_goal(self, run: Run, event: Happening, now: dt.datetime) -> None:
        if event.at > self._later(run.entered, GOAL_WITHIN):
            return
        run.goal_at = event.at
        awaited = run.step == "hope" and run.due and event.name == VISITED and event.at <= run.due
        if run.plan.ends and run.status == "active" and not awaited:
            run.finish("goal", now)

    def _enter(self, event: Happening, now: dt.datetime, plan: Plan, published: dt.datetime) -> None:
        is_out = any(one.name == LEFT and event.at <= one.at <= now for one in self.happened)
        if event.at < published or now - event.at > TOO_OLD or is_out:
            return
        for run in self.runs:
            if run.ended is None or event.at < self._later(run.ended, AGAIN_AFTER):
                return
        status = "held_out" if self.is_kept_out else "active"
        run = Run(plan, entered=event.at, planned=event.at, status=status)
        self.runs.append(run)
        for one in sorted(self.happened, key=lambda one: one.at):
            if one.name == plan.goal and event.at <= one.at <= now and not run.goal_at:
                self._reach_goal(run, one, now)

    def _walk(self, run: Run, now: dt.datetime) -> None:
        run.woken = False
        while run.status == "active":
            if run.step in {"hello", "nudge", "thanks", "last"}:
                if any(letter.status == "queued" for letter in run.letters):
                    return
                self._send(run, now)
            elif not self._wait(run, now):
                return

    def _send(self, run: Run, now: dt.datetime) -> None:
        not_after = self._later(run.planned, WORTH_SENDING)
        run.letters.append(Letter(run.step, run.planned, not_after, due=run.planned))
        then = {"hello": "pause", "thanks": "morning"}.get(run.step)
        run.step, run.due = then or "", None
        if then is None:
            run.finish("completed", now)

    def _wait(self, run: Run, now: dt.datetime) -> bool:
        """Whether the wait that the run stands at is over."""
        if run.due is None:
            run.reached, run.due = now, self._due(run, now)
        assert run.reached is not None
        came = [one.at for one in self.happened if one.name == VISITED and run.entered <= one.at <= run.due]
        if run.step == "hope" and came and min(came) <= now:
            return self._go(run, "thanks", max(min(came), run.reached))
        if run.due > now:
            return False
        after_hope = "nudge" if run.plan.nudges else "stop"
        then = {"pause": "hope", "hope": after_hope, "morning": "last"}[run.step]
        if then == "stop":
            run.finish("completed", now)
        return self._go(run, then, run.due)

    def _go(self, run: Run, step: str, planned: dt.datetime) -> bool:
        run.step, run.planned, run.due = step, planned, None
        return True

    def _due(self, run: Run, reached: dt.datetime) -> dt.datetime:
        if run.step == "morning":
            return self._at_hour(reached, 9)
        return self._later(reached, run.plan.pause if run.step == "pause" else run.plan.timeout)

    def _later(self, moment: dt.datetime, days: int) -> dt.datetime:
        local = moment.astimezone(self.zone).replace(tzinfo=None) + days * DAY
        return local.replace(tzinfo=self.zone).astimezone(dt.UTC)

    def _at_hour(self, after: dt.datetime, hour: int) -> dt.datetime:
        """The next full hour of this name on the wall."""
        local = after.astimezone(self.zone).replace(tzinfo=None)
        then = local.replace(hour=hour, minute=0)
        then += DAY if then <= local else dt.timedelta()
        return then.replace(tzinfo=self.zone).astimezone(dt.UTC)
