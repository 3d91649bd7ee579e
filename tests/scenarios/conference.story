# Two meet in a room that is dialled, and a caller is sent to them: one record for the room, who came and went in it.
given 101 answers after 3s
given 102 never answers
102 calls 800
expect conference 800: 102
at +10s dana calls main
expect 101 answers
at +5s 101 calls 800
expect conference 800: 102, 101
at +10s dana hangs up
at +5s 101 hangs up
expect conference 800: 102
at +10s 102 hangs up
expect room 800: off
