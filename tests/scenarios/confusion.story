# Not a word can be made out. The agent asks again, and in the end takes it as a call to be returned.
dana mumbles
dana mumbles
dana mumbles
dana mumbles
dana calls main
expect record: … (no answer), dana to main
expect text-back to dana sent
expect summary to staff sent
