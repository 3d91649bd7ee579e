# 101 picks up as Dana gives up: our 200 and her CANCEL cross on the wire. The call was answered, and is ended at once.
dana calls main
expect 101 rings
at +5s 101 picks up
at +5ms dana hangs up
expect carrier gets 200 INVITE
expect portico gets BYE
expect record: answered, dana to main
