# Three callers and two phones: the third waits, hears its place and music, and is served when a phone is free.
given a queue of 5 answers main
given 101 answers after 3s
given 102 answers after 3s
dana calls main
expect 101 answers
at +2s marco calls main
expect 102 answers
at +2s priya calls main
expect queue desk: on, 1 waits
at +30s marco hangs up
expect record: answered, marco to main
expect 102 answers
expect queue desk: off
at +10s priya hangs up
expect record: answered, priya to main
at +5s dana hangs up
expect record: answered, dana to main
