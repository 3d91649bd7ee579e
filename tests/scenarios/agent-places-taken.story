# The agent talks with one caller at once. The second waits, ringing, and gets the place when it is free.
given agent talks with 1 at once
given agent first
dana calls main
at +2s marco calls main
at +6s dana hangs up
expect record: abandoned at the agent (agent first), dana to main
expect agent takes the call
expect agent takes the call
at +8s marco hangs up
expect record: abandoned at the agent (agent first), marco to main
expect text-back to dana sent
expect text-back to marco sent
expect summary to staff sent
expect summary to staff sent
