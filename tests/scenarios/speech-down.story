# Speech is down. Phones ring all the same; then a recorded announcement, and a text.
given speech is down
dana calls main
expect 101 rings
expect the announcement is played
expect record: announced … dana to main
expect text-back to dana sent
expect summary to staff sent
at +1m speech comes back
marco calls main
expect agent takes the call: no answer
expect agent … Maple Court
marco hangs up
expect record: abandoned at the agent (no answer), marco to main
expect text-back to marco sent
expect summary to staff sent
