# Dana thinks better of it before any phone has said that it rings.
network delays 120ms of 101
network delays 120ms of 102
dana calls main
at +150ms dana hangs up
expect carrier gets 487 INVITE
expect record: abandoned while ringing, dana to main
expect text-back to dana sent
expect summary to staff sent
