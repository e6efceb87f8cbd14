"""A condition as a form that staff fill in without code, and back.

`fields` opens a condition for editing, `read` takes the form as it was sent: the tree to show again (all that was
typed, errors at their rows), the condition where it is complete, and what is wrong where it is not. A page puts
`parts/builder.html` into its form with `builder=` what either returns; several on a page have different prefixes.
"""

from members.building.editing import read
from members.building.opening import fields
from members.building.tree import Builder, atoms_of

__all__ = ["Builder", "atoms_of", "fields", "read"]
