# 101 picks up after six seconds; 102 is told that the call was answered elsewhere. 101 hangs up.
given 101 answers after 6s
dana calls main
expect 102 rings
expect 101 answers
expect 102 gets CANCEL (answered elsewhere)
expect 102 does not answer: answered elsewhere
at +1m 101 hangs up
expect carrier gets BYE
expect record: answered, dana to main
