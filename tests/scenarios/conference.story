# Two meet in a room that is dialled: they hear each other, and there is one record, that of the one who came first.
given 101 never answers
given 102 never answers
102 calls 800
expect conference 800: 102
at +10s 101 calls 800
expect conference 800: 102, 101
at +20s 101 hangs up
expect conference 800: 102
at +10s 102 hangs up
expect room 800: off
expect record: served by the box, 102 to 800
