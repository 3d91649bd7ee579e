# STOP is obeyed at once, answered once, and outlasts the next missed call.
dana calls main
at +5s dana hangs up
expect record: abandoned while ringing, dana to main
expect text-back to dana sent
expect summary to staff sent
at +20m dana texts "STOP"
expect text stored
expect opt-out to dana sent
at +1h dana calls main
at +5s dana hangs up
expect record: abandoned while ringing, dana to main … text-back opted_out
expect summary to staff sent
