# No ACK ever comes: after 64*T1 the call is ended by BYE, and 101 with it.
given 101 answers after 3s
network loses next 11 ACK from carrier
dana calls main
expect 101 answers
expect 101 gets BYE
expect record: answered, dana to main
