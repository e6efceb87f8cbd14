"""What conditions may ask, flows can do and letters can say: the entries that rooms supply, bound at start."""

from types import ModuleType

from flows import erasing as flows_erasing
from flows import flow_atom, segment_uses, steps
from flows import merging as flows_merging
from flows.steps import branch, end, send, split, wait, webhook
from flows.steps import set as set_step
from intake import erasing as intake_erasing
from mail import blocks
from mail import erasing as mail_erasing
from mail import merging as mail_merging
from mail.blocks import button, divider, heading, membership, picture, question, sender, text
from members import atoms, erasure, exporting, fact_keeping, merging_members
from members import segment_uses as uses
from members.atoms import event, fact, segment
from relationship import erasing as relationship_erasing
from relationship import reward_step, task_step
from relationship.surveys import letter_values as survey_values
from relationship.surveys import survey_block
from value import benefits_block, next_block, statement_block
from value import facts as value_facts
from value import values as value_values
from winback import values as leaving_values
from winback.offers import letter_values as offer_values
from winback.offers import offer_block

ATOMS: dict[str, ModuleType] = {"fact": fact, "event": event, "segment": segment, "flow": flow_atom}
STEPS: dict[str, ModuleType] = {
    "send": send,
    "wait": wait,
    "branch": branch,
    "split": split,
    "set": set_step,
    "task": task_step,
    "reward": reward_step,
    "webhook": webhook,
    "end": end,
}

# What a letter can be put together from, in the order in which an editor finds it.
BLOCKS: dict[str, ModuleType] = {
    "heading": heading,
    "text": text,
    "button": button,
    "picture": picture,
    "divider": divider,
    "sender": sender,
    "membership": membership,
    "question": question,
    "statement": statement_block,
    "next": next_block,
    "benefits": benefits_block,
    "survey": survey_block,
    "offer": offer_block,
}

# What happens in the rooms when a member is erased, exported, or merged with another row of the same person.
ERASING: tuple[ModuleType, ...] = (intake_erasing, relationship_erasing, flows_erasing, mail_erasing)
KNOWN_WITHOUT_A_KEY = {
    "arrivals": intake_erasing.known,
    "told_to_other_systems": flows_erasing.told,
    "stopped_addresses": mail_erasing.known,
    "mail_of_nobody_known": mail_erasing.unplaced,
}
# Rooms that write facts of their own.
FACTS: tuple[ModuleType, ...] = (value_facts,)
MERGING: dict[str, ModuleType] = {"flows": flows_merging, "mail": mail_merging}


def bind() -> None:
    """Gives the lower rooms what the upper ones supply."""
    atoms.bind(ATOMS)
    steps.bind(STEPS)
    blocks.bind(BLOCKS)
    fact_keeping.bind([(room.fill, room.moved) for room in FACTS])
    uses.bind([segment_uses.of])
    erasure.bind([erasure.Room(room.STAYS, room.erase) for room in ERASING])
    exporting.bind(KNOWN_WITHOUT_A_KEY)
    merging_members.bind(MERGING)
    value_values.bind()
    leaving_values.bind()
    survey_values.bind()
    offer_values.bind()
