# Nobody wants to be disturbed, and both have said so by a code: the agent is there at once, and says why.
101 calls *78
expect 101 asks for do not disturb on
at +6s 102 calls *78
expect 102 asks for do not disturb on
at +6s dana calls main
expect within 2s agent takes the call: do not disturb
at +10s dana hangs up
expect record: abandoned at the agent (do not disturb), dana to main
expect text-back to dana sent
expect summary to staff sent
