# A phone with a caller and a colleague joins the two by a code: three talk, and the record is the caller's.
given main rings 101 18s
given 101 answers after 3s
given 102 answers after 2s
dana calls main
expect 101 answers
at +5s 101 holds
at +1s 101 calls 102
expect 102 answers
at +5s 101 calls *3
expect conference: dana, 101, 102
expect record: answered, 101 to 102
at +20s dana hangs up
expect conference: 101, 102
at +5s 102 hangs up
expect record: answered, dana to main
