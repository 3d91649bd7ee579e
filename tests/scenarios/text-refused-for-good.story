# The carrier will never take it (403): it is not tried again.
carrier refuses texts with 403
dana calls main
at +5s dana hangs up
expect record: abandoned while ringing
expect text-back to dana refused with 403
expect summary to staff refused with 403
at +3h carrier takes texts
expect no text-back to dana sent
