# The first trunk is dead: after four seconds the call goes through the other, and the next call goes there at once.
# A minute later the first one has its turn again.
given a spare trunk
given dana answers after 5s
trunk dies
101 calls dana
expect within 5s spare gets INVITE
expect dana answers
at +10s dana hangs up
expect record: answered, 101 to dana … text-back not_inbound
at +1s 101 calls dana
expect within 1s spare gets INVITE
expect dana answers
at +5s dana hangs up
expect record: answered, 101 to dana
at +2m trunk comes back
101 calls dana
expect within 1s carrier gets INVITE
expect dana answers
at +5s dana hangs up
expect record: answered, 101 to dana
