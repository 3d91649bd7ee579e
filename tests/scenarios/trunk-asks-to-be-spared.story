# The carrier is overloaded: 503 with Retry-After. It is spared for as long as it has asked, and not longer.
given a spare trunk
given dana answers after 3s
carrier refuses calls with 503 for 90s
101 calls dana
expect carrier gets INVITE
expect within 1s spare gets INVITE
expect dana answers
at +5s dana hangs up
expect record: answered, 101 to dana
carrier takes calls
at 1m20s 101 calls dana
expect within 1s spare gets INVITE
expect dana answers
at +2s dana hangs up
expect record: answered, 101 to dana
at 1m40s 101 calls dana
expect within 1s carrier gets INVITE
expect dana answers
at +2s dana hangs up
expect record: answered, 101 to dana
