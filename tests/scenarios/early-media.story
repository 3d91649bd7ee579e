# Dana's network plays its own ringing: the phone hears that, and is not told to make its own.
given dana answers after 7s
dana has early media
101 calls dana
expect 101 gets 183 INVITE
expect dana rings
expect dana answers
at +10s dana hangs up
expect record: answered, 101 to dana
expect no 101 gets 180
