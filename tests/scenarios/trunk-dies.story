# The trunk dies in the middle of a call, and comes back after both have given up. The next call is as any other.
given trunk is probed
given 101 answers after 3s
dana calls main
expect 101 answers
at +20s trunk dies
expect within 2m trunk is down
expect record: answered, dana to main
at +1m dana hangs up
at +4m trunk comes back
expect within 2m trunk is up
at +1m marco calls main
expect 101 answers
at +10s marco hangs up
expect record: answered, marco to main
