# Nobody speaks: the agent asks, asks again, says goodbye, and the office writes back.
dana calls main
expect record: … (no answer), dana to main
expect text-back to dana sent
expect summary to staff sent
