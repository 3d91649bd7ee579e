# 101 calls Dana, who is on another call.
given dana is busy
101 calls dana
expect 101 gets 486 INVITE
expect record: … 101 to dana
