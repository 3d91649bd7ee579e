# The disk is full when a call ends. The record waits in memory, the next call is as any other, and nothing is lost.
given 102 answers after 10s
disk is full
dana calls main
at +5s dana hangs up
expect alarm: the store fails
at +10s marco calls main
expect 102 answers
at +20s marco hangs up
at +2m priya texts "Are you there?"
expect text refused: it cannot be stored
at +30s disk has room
expect within 10m alarm over: the store is well
expect record: abandoned while ringing, dana to main
expect record: answered, marco to main
expect text-back to dana sent
expect summary to staff sent
