# No phone is registered, and nobody hears it ring: the agent answers at once.
given 101 is unplugged
given 102 is unplugged
dana calls main
expect within 1s agent takes the call: no phone
expect agent … Maple Court
dana hangs up
expect no 101 rings
expect record: abandoned at the agent (no phone), dana to main
expect text-back to dana sent
expect summary to staff sent
