# 101 calls out; two phones behind the carrier answer. The first has the call, the other is acknowledged and ended.
given dana answers after 4s
network forks next 200 INVITE from carrier
101 calls dana
expect dana answers
expect carrier gets BYE
at +20s 101 hangs up
expect record: answered, 101 to dana
