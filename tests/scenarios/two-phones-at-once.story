# Both pick up in the same instant. One has the call, the other is acknowledged and ended at once.
given 101 answers after 5s
given 102 answers after 5s
dana calls main
expect 101 answers
expect 102 gets ACK
expect 102 gets BYE
at +20s dana hangs up
expect record: answered, dana to main
