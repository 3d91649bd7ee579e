# Dana calls, both phones ring, the back office takes it, and 101 shows no missed call.
given 102 answers after 6s
dana calls main
expect 101 rings
expect 102 rings
expect 102 answers
expect 101 gets CANCEL (answered elsewhere)
at +40s dana hangs up
expect record: answered, dana to main
