"""Acts on the outside other than replies: hide, ban, report, withdraw, correct; and appeals.

Every act is asked for (by a person or a policy), approved by people, done once, and on record
with what it rests on. docs/moderation.md tells support leads when and how.
"""
