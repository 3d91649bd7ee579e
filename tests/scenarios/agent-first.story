# A number that the agent always takes; a question of fact is answered, and no text follows.
given agent first
dana says "When is trash day?"
dana answers "anything else|something else" with "No, that is all. Goodbye."
dana answers "goodbye|bye" by hanging up
dana calls main
expect agent takes the call: agent first
expect agent … Tuesday
expect record: handled by the agent (agent first), dana to main … text-back resolved
expect summary to staff sent
expect no text-back
expect no 101 rings
