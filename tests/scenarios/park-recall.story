# Nobody takes the parked caller: the phone that has parked rings again.
given 101 answers after 3s
given 102 never answers
dana calls main
expect 101 answers
at +5s 101 calls *70
expect slot 701: on
expect within 90s slot 701: recalling
expect 101 answers
expect slot 701: off
at +10s dana hangs up
expect record: answered, dana to main
