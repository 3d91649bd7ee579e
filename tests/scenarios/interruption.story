# Dana speaks over the greeting. The agent falls silent within a frame and takes what she says.
dana interrupts with "There is water dripping under my kitchen sink in four B."
dana answers "anything else|something else" with "No, thank you. Goodbye."
dana answers "right?|correct?|best number|calling from" with "Yes, that's right."
dana answers "go in|enter|nobody is home|permission" with "Yes, you can go in."
dana answers "your name|who am i" with "My name is Dana Reyes."
dana answers "unit|apartment|address" with "Apartment four B."
dana answers "goodbye|bye" by hanging up
dana calls main
expect agent … (cut short after
expect caller: There is water
expect record: handled by the agent (no answer), dana to main
expect work order … 4B … Dana Reyes
expect confirmation to dana sent
expect summary to staff sent
