# The office has added a call type of its own by ten examples: the agent knows it by other words, and staff read its name.
given a call type of storage units
dana calls main
expect 101 rings
expect 102 rings
dana says "Hello, what would a storage locker cost me?"
dana answers "anything else|something else" with "No, that is all. Thank you, goodbye."
dana answers "right?|correct?|best number|calling from" with "Yes, that's right."
dana answers "your name|who am i" with "My name is Dana Reyes."
dana answers "unit|apartment|address" with "Apartment four B."
dana answers "goodbye|bye" by hanging up
expect agent takes the call: no answer
expect agent … storage unit
expect record: handled by the agent (no answer), dana to main
expect confirmation to dana sent
expect summary to staff sent
