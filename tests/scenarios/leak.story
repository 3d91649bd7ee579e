# Nobody picks up; the agent takes a leak in 4B, writes the work order, and confirms by text.
dana calls main
expect 101 rings
expect 102 rings
dana says "Hi, there is water dripping under my kitchen sink."
dana answers "anything else|something else" with "No, that is all. Thank you, goodbye."
dana answers "right?|correct?|best number|calling from" with "Yes, that's right."
dana answers "go in|enter|nobody is home|permission" with "Yes, you can go in."
dana answers "your name|who am i" with "My name is Dana Reyes."
dana answers "unit|apartment|address" with "Apartment four B."
dana answers "number|reach you" with "Three oh three, five five five, oh one four two."
dana answers "goodbye|bye" by hanging up
expect agent takes the call: no answer
expect agent … Maple Court
expect record: handled by the agent (no answer), dana to main
expect work order … 4B … Dana Reyes … water dripping
expect confirmation to dana sent
expect summary to staff sent
