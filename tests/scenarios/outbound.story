# 101 calls Dana through the trunk; she answers, and hangs up.
given dana answers after 7s
101 calls dana
expect dana rings
expect dana answers
at +30s dana hangs up
expect 101 gets BYE
expect record: answered, 101 to dana … text-back not_inbound
