# All phones are dead: the ringing time is over before SIP gives up on them, and the agent takes the call.
given main rings 101 40s
at 1s 101 is dead
dana calls main
expect 101 does not answer: failed with 408
expect within 1s agent takes the call: unreachable
expect agent … Maple Court
dana hangs up
expect record: abandoned at the agent (unreachable), dana to main
expect text-back to dana sent
expect summary to staff sent
at +1m 101 is alive
