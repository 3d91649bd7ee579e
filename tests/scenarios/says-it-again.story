# Everything is taken down, and the caller says it all once more: it is noted already, and stands in the records once.
dana calls main
dana says "Hi, there is water dripping under my kitchen sink."
dana answers "noted" with "No, that is all. Goodbye."
dana answers "anything else|something else" with "So there is water dripping under my kitchen sink."
dana answers "right?|correct?|best number|calling from" with "Yes, that's right."
dana answers "go in|enter|nobody is home|permission" with "Yes, you can go in."
dana answers "your name" with "My name is Dana Reyes."
dana answers "unit|apartment|address" with "Apartment four B."
dana answers "goodbye|bye" by hanging up
expect agent takes the call: no answer
expect within 3m agent … I have that noted.
expect within 1m record: handled by the agent (no answer), dana to main
expect work order … may enter: Hi, there is water dripping under my kitchen sink.
expect confirmation to dana sent
expect summary to staff sent
