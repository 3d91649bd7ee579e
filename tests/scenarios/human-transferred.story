# "A person, please": the desk phones are rung once more, and 102 takes it.
given agent first
dana says "I want to talk to a real person please."
given 102 answers after 5s
dana calls main
expect 102 answers
at +30s dana hangs up
expect record: handed over (agent first), dana to main
expect summary to staff sent
