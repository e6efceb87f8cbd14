"""A flow as forms that a person fills in, and back: the draft stays the definition that files write.

Nobody who edits here meets a name made for machines: uids and slugs are made once and kept, and fields of letters
stand as words in brackets.
"""
