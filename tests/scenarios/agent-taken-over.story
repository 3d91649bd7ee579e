# Somebody at a desk presses the key of the agent's line and listens; presses it again and has the caller.
given agent first
dana calls main
expect agent line 771: on
at +6s 101 calls 771
expect audit: 101, listen on the agent's call
at +5s 101 calls 771
expect audit: 101, take over on the agent's call
expect agent line 771: off
at +10s dana hangs up
expect record: handed over
expect summary to staff sent
