# The power fails for half a minute in the middle of a call. Phones that were registered ring at once afterwards.
given 101 answers after 3s
dana calls main
expect 101 answers
at +20s power fails for 30s
at +5s dana hangs up
at +5s 101 hangs up
expect the power is back
expect guard turned away 1: Stray
expect guard turned away 1: Stray
at +40s marco calls main
expect 101 answers
at +20s marco hangs up
expect record: answered, marco to main
