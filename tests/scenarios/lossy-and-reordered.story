# One datagram of twenty is lost on every line, others arrive late, out of order or twice. The call is as any other.
given seed 11
given 102 answers after 6s
network loses 5%
network reorders 20%
network doubles 5%
network jitters 15ms
dana calls main
expect 102 answers
at +45s dana hangs up
expect within 40s record: answered, dana to main
