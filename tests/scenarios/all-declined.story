# Somebody presses the key that refuses, at both desks.
dana calls main
expect 101 rings
expect 102 rings
at +3s 101 declines
at +2s 102 declines
expect within 1s agent takes the call: declined
expect agent … Maple Court
dana hangs up
expect record: abandoned at the agent (declined), dana to main
expect text-back to dana sent
expect summary to staff sent
