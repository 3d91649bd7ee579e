# The INVITE arrives twice, at once and again while the phones ring: one call.
given 101 answers after 5s
network doubles next INVITE from carrier after 2s
dana calls main
expect 101 answers
at +20s dana hangs up
expect record: answered, dana to main
