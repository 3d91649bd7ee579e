# The ACK to our 200 is lost, and the 200 repeated until another one comes.
given 101 answers after 3s
network loses next ACK from carrier
dana calls main
expect carrier gets 200 INVITE
expect carrier gets 200 INVITE
at +20s dana hangs up
expect record: answered, dana to main
