"""What is served: one folder per capability, one file per JMAP type (floor 4)."""
