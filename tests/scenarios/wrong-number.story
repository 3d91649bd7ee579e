# Somebody wanted a pizza. No text.
dana says "Oh sorry, wrong number."
dana answers "goodbye|bye|problem|no worries" by hanging up
dana calls main
expect record: handled by the agent (no answer), dana to main … text-back wrong_number
expect summary to staff sent
expect no text-back
