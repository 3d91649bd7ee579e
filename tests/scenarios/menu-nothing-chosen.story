# Nobody chooses anything: the choices are said three times in all, then the phones of the number ring, then the agent is there.
given a menu answers main
given main rings 101 18s
given 101 never answers
dana calls main
expect 101 rings
expect agent takes the call: no answer
at +5s dana hangs up
expect record: abandoned at the agent (no answer), dana to main
expect text-back to dana sent
expect summary to staff sent
