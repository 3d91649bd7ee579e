# The power fails when a text has left and before its answer: its fate is unknown. It is not sent again, and said aloud.
dana calls main
power fails for 40s when the next text leaves
at +5s dana hangs up
expect the power fails
expect the power is back
expect alarm: the fate of a text is unknown
expect alarm: the fate of a text is unknown
expect record: abandoned while ringing
expect text-back to dana of unknown fate
expect summary to staff of unknown fate
