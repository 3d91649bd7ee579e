# A caller is parked by a code, and taken at another desk: one call, one record.
given 101 answers after 3s
given 102 never answers
dana calls main
expect 101 answers
at +5s 101 calls *70
expect slot 701: on
at +20s 102 calls 701
expect slot 701: off
expect 102 answers
at +10s dana hangs up
expect record: answered, dana to main
