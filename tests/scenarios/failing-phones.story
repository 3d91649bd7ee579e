# One phone answers with a fault of its own, the other is busy: a person's sign counts more than a machine's.
given 101 fails with 500
given 102 is busy
dana calls main
expect agent takes the call: busy
expect agent … Maple Court
dana hangs up
expect record: abandoned at the agent (busy), dana to main
expect text-back to dana sent
expect summary to staff sent
