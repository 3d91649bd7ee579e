# Two missed calls within ten minutes are answered by one text; a third, later, by another.
dana calls main
at +5s dana hangs up
expect record: abandoned while ringing … text-back queued
expect text-back to dana sent
expect summary to staff sent
at +6m dana calls main
at +5s dana hangs up
expect record: abandoned while ringing … text-back recent
expect summary to staff sent
at +20m dana calls main
at +5s dana hangs up
expect record: abandoned while ringing … text-back queued
expect text-back to dana sent
expect summary to staff sent
