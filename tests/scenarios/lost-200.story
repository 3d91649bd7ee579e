# Our 200 is lost twice; the third arrives, and the talk begins.
given 101 answers after 3s
network loses next 2 200 INVITE to carrier
dana calls main
expect carrier gets 200 INVITE
at +30s dana hangs up
expect record: answered, dana to main
