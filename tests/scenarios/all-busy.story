# Both phones are busy: nobody waits for the end of the ringing time, the agent is there at once.
given 101 is busy
given 102 is busy
dana calls main
expect within 2s agent takes the call: busy
expect agent … Maple Court
dana hangs up
expect record: abandoned at the agent (busy), dana to main
expect text-back to dana sent
expect summary to staff sent
