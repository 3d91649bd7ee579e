# One may wait: who comes after that gets the agent at once, and who waits can still press 0.
given a queue of 1 answers main
given main rings 101 18s
given 101 answers after 3s
dana calls main
expect 101 answers
at +2s marco calls main
expect queue desk: on, 1 waits
at +10s priya calls main
expect agent takes the call: busy
at +20s priya hangs up
expect record: abandoned at the agent (busy), priya to main
expect text-back to priya sent
expect summary to staff sent
at +5s marco hangs up
expect queue desk: off
expect record: abandoned while ringing, marco to main
expect text-back to marco sent
expect summary to staff sent
at +5s dana hangs up
expect record: answered, dana to main
