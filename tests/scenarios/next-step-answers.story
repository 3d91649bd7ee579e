# Nobody of the first step picks up, so the next step rings; 103 takes it. The first two stop ringing.
given main rings 101+102 12s, 103 15s
given 103 answers after 4s
dana calls main
expect 101 rings
expect 102 rings
expect 103 rings
expect 101 gets CANCEL
expect 102 gets CANCEL
expect 103 answers
at +30s dana hangs up
expect record: answered, dana to main
