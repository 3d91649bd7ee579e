# The power fails after the call has been written down and before its texts are claimed: they are sent once, afterwards.
dana calls main
power fails for 40s after the next record
at +5s dana hangs up
expect the power fails
expect the power is back
expect record: abandoned while ringing
expect text-back to dana sent
expect summary to staff sent
at +1h power fails for 10s
at +1h dana calls main
at +5s dana hangs up
expect record: abandoned while ringing
expect text-back to dana sent
expect summary to staff sent
