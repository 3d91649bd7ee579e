# Somebody has the password of 101 and dials on and on: after its calls of an hour the phone is refused and the office is
# told. 911 still goes out, and another phone has calls of its own.
given a phone calls outside 2 times an hour
given dana is busy
101 calls dana
expect 101 gets 486 INVITE
expect record: failed, 101 to dana
at 1m 101 calls dana
expect 101 gets 486 INVITE
expect record: failed, 101 to dana
at 2m 101 calls dana
expect alarm: 101 may not call dana: this extension has made as many calls
expect 101 gets 403 INVITE
at 2m10s 101 calls dana
expect 101 gets 403 INVITE
at 3m 101 calls 911
expect 101 dials 911
expect carrier gets INVITE
expect record: failed, 101 to 911
at 4m 102 calls dana
expect 102 gets 486 INVITE
expect record: failed, 102 to dana
at 1h1s 101 calls dana
expect 101 gets 486 INVITE
expect record: failed, 101 to dana
