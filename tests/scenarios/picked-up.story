# A call that rings at the one desk is taken at the other by star eight.
given main rings 101 18s
given 101 never answers
dana calls main
expect 101 rings
at +4s 102 calls *8
expect 102 answers
at +10s dana hangs up
expect record: answered, dana to main
