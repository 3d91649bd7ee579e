# Two people call at once. Each phone takes one; neither hears the other.
dana calls main
at +1s marco calls main
at +3s 101 picks up
expect 101 answers
at +2s 102 picks up
expect 102 answers
at +30s dana hangs up
expect record: answered, dana to main
at +10s marco hangs up
expect record: answered, marco to main
