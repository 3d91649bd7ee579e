# 101 calls 102, puts it on hold (102 hears music), takes it back. Neither 102 nor the carrier is told of it.
given 102 answers after 4s
101 calls 102
expect 102 rings
expect 102 answers
at +10s 101 holds
at +10s 101 resumes
at +10s 102 hangs up
expect 101 gets BYE
expect record: answered, 101 to 102
expect no carrier gets
expect no 102 gets re-INVITE
