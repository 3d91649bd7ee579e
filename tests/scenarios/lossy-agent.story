# The same for a call that the agent takes, and for the texts that follow.
given seed 5
network loses 5%
network reorders 20%
network jitters 15ms
dana says "There is water dripping under my kitchen sink."
dana answers "anything else|something else" with "No, thank you. Goodbye."
dana answers "right?|correct?|best number|calling from" with "Yes, that's right."
dana answers "go in|enter|nobody is home|permission" with "Yes, you can go in."
dana answers "your name|who am i" with "My name is Dana Reyes."
dana answers "unit|apartment|address" with "Apartment four B."
dana answers "goodbye|bye" by hanging up
dana calls main
expect agent takes the call
expect within 5m record: handled by the agent (no answer), dana to main
expect work order … 4B
expect confirmation to dana sent
expect summary to staff sent
