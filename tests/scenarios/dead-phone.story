# 101 has lost its network and answers nothing; it holds nobody up. 102 takes the call.
given 102 answers after 5s
at 1s 101 is dead
dana calls main
expect 102 answers
at +20s dana hangs up
expect record: answered, dana to main
at +1m 101 is alive
