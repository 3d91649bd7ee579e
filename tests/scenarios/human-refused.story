# "A person, please", but nobody answers: the agent takes a message.
dana says "I want to talk to a real person please."
dana answers "right?|correct?|best number|calling from" with "Yes."
dana answers "your name" with "Dana Reyes."
dana answers "unit|apartment|address" with "Apartment four B."
dana answers "anything else|something else" with "No. Goodbye."
dana answers "message|about|what is|tell me|happened" with "It is about my lease, please call me back."
dana answers "goodbye|bye" by hanging up
dana calls main
expect agent takes the call: no answer
expect within 4m record: handled by the agent (no answer), dana to main
expect confirmation to dana sent
expect summary to staff sent
