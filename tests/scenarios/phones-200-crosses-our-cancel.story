# Dana gives up, and 101 picks up before our CANCEL has reached it: its 200 is acknowledged and ended.
network delays 200ms of 101
dana calls main
expect 101 rings
at +5s dana hangs up
at +100ms 101 picks up
expect portico gets 200 INVITE
expect 101 gets ACK
expect 101 gets BYE
expect record: abandoned while ringing, dana to main
expect text-back to dana sent
expect summary to staff sent
