# One phone is busy, one is not plugged in, the third rings to the end: of all reasons the strongest is written down.
given main rings 101+102+103 18s
given 101 is busy
given 102 is unplugged
dana calls main
expect 103 rings
expect 101 does not answer: busy
expect 102 does not answer: no phone
expect agent takes the call: no answer
expect agent … Maple Court
dana hangs up
expect record: abandoned at the agent (no answer), dana to main
expect text-back to dana sent
expect summary to staff sent
