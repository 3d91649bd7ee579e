# The box answers first: the caller chooses leasing by a key, hears it ring, and talks.
given a menu answers main
given 102 answers after 4s
dana keys 1
dana calls main
expect 102 rings
expect 102 answers
at +10s dana hangs up
expect record: answered, dana to main
